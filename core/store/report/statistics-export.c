/* statistics-export.c: what was counted, as a table for spreadsheets */
#include "config.h"
#include "store/statistics-export.h"

#include <inttypes.h>
#include "common/atomic-file.h"
#include "store/audit-export.h"

const char *
lw_origin_kind_get_nick (LwOriginKind kind)
{
  static const char *const nicks[] = { "person", "model", "propagation", "import" };
  return (guint) kind < G_N_ELEMENTS (nicks) ? nicks[kind] : "?";
}

static void
append_number (GString *out, const char *group, const char *name, guint64 number)
{
  g_string_append_printf (out, "%s,%s,%" PRIu64 ",,,\r\n", group, name, number);
}

static void
append_pixels (GString *out, const char *group, const char *name, guint frames, guint64 pixels, guint64 all)
{
  char percent[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *quoted = lw_csv_quote (name);
  g_ascii_formatd (percent, sizeof percent, "%.4f", all > 0 ? 100.0 * (double) pixels / (double) all : 0);
  g_string_append_printf (out, "%s,%s,,%u,%" PRIu64 ",%s\r\n", group, quoted, frames, pixels, percent);
}

static guint64
sum_labelled (const LwStatistics *sums)
{
  guint64 labelled = 0;
  for (int id = 0; id < LW_LABEL_NONE; id++)
    labelled += sums->class_pixels[id];
  return labelled;
}

static void
append_totals (GString *out, const LwStatistics *sums, guint64 labelled)
{
  append_number (out, "total", "frames", sums->frames);
  append_number (out, "total", "strokes", sums->strokes);
  append_number (out, "total", "revisions", sums->revisions);
  append_pixels (out, "total", "pixels", sums->frames, sums->pixels, sums->pixels);
  append_pixels (out, "total", "labelled", sums->frames, labelled, sums->pixels);
  for (int i = 0; i < LW_N_FRAME_STATUSES; i++)
    append_number (out, "status", lw_frame_status_get_nick ((LwFrameStatus) i), sums->statuses[i]);
}

static void
append_classes (GString *out, const LwStatistics *sums, const LwPalette *palette, guint64 labelled)
{
  for (guint i = 0; i < palette->classes->len; i++)
    {
      const LwClass *class = palette->classes->pdata[i];
      append_pixels (out, "class", class->name, sums->class_frames[class->id], sums->class_pixels[class->id], labelled);
    }
}

static void
append_origins (GString *out, const LwStatistics *sums, GPtrArray *origins, guint64 labelled)
{
  for (guint i = 0; i < origins->len; i++)
    {
      const LwOrigin *origin = origins->pdata[i];
      if (sums->origin_pixels[origin->index] > 0)
        append_pixels (out, lw_origin_kind_get_nick (origin->kind), origin->name, sums->origin_frames[origin->index], sums->origin_pixels[origin->index], labelled);
    }
}

gboolean
lw_statistics_export (const LwStatistics *sums, const LwPalette *palette, GPtrArray *origins, const char *path, GError **error)
{
  g_return_val_if_fail (sums != NULL && palette != NULL && origins != NULL && path != NULL, FALSE);

  g_autoptr(GString) out = g_string_new ("group,name,number,frames,pixels,percent\r\n");
  guint64 labelled = sum_labelled (sums);
  append_totals (out, sums, labelled);
  append_classes (out, sums, palette, labelled);
  append_origins (out, sums, origins, labelled);
  return lw_atomic_file_write (path, out->str, (gssize) out->len, error);
}
