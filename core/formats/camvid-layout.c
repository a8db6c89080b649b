/* camvid-layout.c: what the three layouts are called, and where they keep their files */
#include "config.h"
#include "formats/camvid-layout.h"

#include <string.h>

static const char *const nicks[] = { "datumaro", "cambridge", "segnet" };      /* by LwCamvidLayout */

G_DEFINE_QUARK (lw-format-error-quark, lw_format_error)

gboolean
lw_camvid_layout_from_nick (const char *nick, LwCamvidLayout *layout)
{
  for (gsize i = 0; i < G_N_ELEMENTS (nicks); i++)
    if (g_strcmp0 (nick, nicks[i]) == 0)
      {
        *layout = (LwCamvidLayout) i;
        return TRUE;
      }
  return FALSE;
}

char *
lw_camvid_label_name (LwCamvidLayout layout, const char *subset, const char *frame)
{
  if (layout == LW_CAMVID_CAMBRIDGE)
    return g_strdup_printf ("LabeledApproved_full/%s_L.png", frame);
  return g_strdup_printf ("%sannot/%s.png", subset, frame);
}

char *
lw_camvid_image_name (LwCamvidLayout layout, const char *subset, const char *frame)
{
  return g_strdup_printf ("%s/%s.png", layout == LW_CAMVID_CAMBRIDGE ? "701_StillsRaw_full" : subset, frame);
}

void
lw_export_report_free (LwExportReport *report)
{
  if (report == NULL)
    return;
  g_clear_pointer (&report->unlabelled_frames, g_hash_table_unref);
  g_free (report->folder);
  g_free (report);
}

void
lw_import_report_free (LwImportReport *report)
{
  if (report == NULL)
    return;
  g_clear_pointer (&report->unknown, g_hash_table_unref);
  g_clear_pointer (&report->skipped_names, g_ptr_array_unref);
  g_free (report);
}
