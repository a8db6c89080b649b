/* datasheet.c: tells others what a dataset is made of: Markdown for people, JSON for programs */
#include "config.h"
#include "store/dataset-report.h"

#include <string.h>
#include "common/json.h"

typedef struct {
  const LwDataset *dataset;
  const LwDatasetReport *report;
  char *project;
  LwPalette *palette;
  GPtrArray *origins, *media, *frames;
  GHashTable *revisions;       /* gint64 id of a frame → uuid of its revision */
} Sheet;

static void
sheet_clear (Sheet *sheet)
{
  g_free (sheet->project);
  g_clear_pointer (&sheet->palette, lw_palette_free);
  g_clear_pointer (&sheet->origins, g_ptr_array_unref);
  g_clear_pointer (&sheet->media, g_ptr_array_unref);
  g_clear_pointer (&sheet->frames, g_ptr_array_unref);
  g_clear_pointer (&sheet->revisions, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sheet, sheet_clear)

static const char *const origin_kinds[] = { "person", "model", "propagation", "import" };

static gboolean
read_revisions (LwProject *project, Sheet *sheet, GError **error)
{
  sheet->revisions = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  for (guint i = 0; i < sheet->dataset->items->len; i++)
    {
      const LwDatasetItem *item = &g_array_index (sheet->dataset->items, LwDatasetItem, i);
      g_autoptr(GPtrArray) revisions = lw_project_list_revisions (project, item->frame, error);
      if (revisions == NULL)
        return FALSE;
      for (guint r = 0; r < revisions->len; r++)
        if (((const LwRevision *) revisions->pdata[r])->id == item->revision)
          g_hash_table_insert (sheet->revisions, (gpointer) &item->frame, g_strdup (((const LwRevision *) revisions->pdata[r])->uuid));
    }
  return TRUE;
}

static const LwFrame *
find_frame (const Sheet *sheet, gint64 id)
{
  for (guint i = 0; i < sheet->frames->len; i++)
    if (((const LwFrame *) sheet->frames->pdata[i])->id == id)
      return sheet->frames->pdata[i];
  return NULL;
}

static char *
format_time (gint64 microseconds)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
  return time != NULL ? g_date_time_format_iso8601 (time) : g_strdup ("?");
}

static double
share (guint64 part, guint64 whole)
{
  return whole > 0 ? (double) part / (double) whole : 0;
}

/* ---- Markdown ---- */

/* Names come from others: what has a meaning in Markdown or would end a cell of a table loses it. */
static void
append_text (GString *out, const char *text)
{
  for (const char *c = text != NULL ? text : "?"; *c != '\0'; c++)
    if (*c == '\n' || *c == '\r')
      g_string_append_c (out, ' ');
    else if (strchr ("\\`*_{}[]<>#|", *c) != NULL)
      g_string_append_printf (out, "\\%c", *c);
    else
      g_string_append_c (out, *c);
}

static void
append_head (GString *out, const Sheet *sheet)
{
  g_autofree char *created = format_time (sheet->dataset->created);
  g_string_append (out, "# ");
  append_text (out, sheet->dataset->name);
  g_string_append (out, "\n\nA dataset of the project ");
  append_text (out, sheet->project);
  g_string_append_printf (out, ", frozen %s. Number %s.\n\nSplit by segments of %u frames with a gap of %u, seed %" G_GUINT64_FORMAT ".\n\n", created, sheet->dataset->uuid,
                          sheet->report->segment, sheet->dataset->gap, sheet->report->seed);
  g_string_append (out, "| split | frames | pixels |\n| --- | ---: | ---: |\n");
  for (int split = 0; split < LW_N_SPLITS; split++)
    if (sheet->report->frames[split] > 0)
      g_string_append_printf (out, "| %s | %u | %" G_GUINT64_FORMAT " |\n", lw_split_get_nick ((LwSplit) split), sheet->report->frames[split], sheet->report->pixels[split]);
}

static void
append_classes (GString *out, const Sheet *sheet)
{
  const LwDatasetReport *report = sheet->report;
  g_string_append (out, "\n## Classes\n\n| class | train pixels | % | frames | val pixels | % | frames |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
  for (guint i = 0; i < sheet->palette->classes->len; i++)
    {
      const LwClass *class = sheet->palette->classes->pdata[i];
      g_string_append (out, "| ");
      append_text (out, class->name);
      for (int split = LW_SPLIT_TRAIN; split <= LW_SPLIT_VAL; split++)
        g_string_append_printf (out, " | %" G_GUINT64_FORMAT " | %.2f | %u", report->class_pixels[split][class->id],
                                100 * share (report->class_pixels[split][class->id], report->pixels[split]), report->class_frames[split][class->id]);
      g_string_append (out, " |\n");
    }
}

static guint64
count_pixels (const LwDatasetReport *report)
{
  return report->pixels[LW_SPLIT_TRAIN] + report->pixels[LW_SPLIT_VAL] + report->pixels[LW_SPLIT_TEST];
}

static void
append_origins (GString *out, const Sheet *sheet)
{
  g_string_append (out, "\n## Who or what set the labels\n\n| by | kind | pixels | % | frames |\n| --- | --- | ---: | ---: | ---: |\n");
  for (guint i = 0; i < sheet->origins->len; i++)
    {
      const LwOrigin *origin = sheet->origins->pdata[i];
      guint64 pixels = sheet->report->origin_pixels[origin->index];
      if (pixels == 0)
        continue;
      g_string_append (out, "| ");
      append_text (out, origin->name);
      g_string_append_printf (out, " | %s | %" G_GUINT64_FORMAT " | %.2f | %u |\n", origin_kinds[origin->kind], pixels, 100 * share (pixels, count_pixels (sheet->report)),
                              sheet->report->origin_frames[origin->index]);
    }
}

static void
append_leaks (GString *out, const LwDatasetReport *report)
{
  g_string_append (out, "\n## Leakage\n\n");
  for (guint i = 0; i < report->leaks->len; i++)
    {
      g_string_append (out, "- ");
      append_text (out, report->leaks->pdata[i]);
      g_string_append_c (out, '\n');
    }
  if (report->leaks->len == 0)
    g_string_append (out, "Checked: no picture is in two splits, no frame lies nearer to one of another split than the gap, no model was measured on what trained it.\n");
  if (report->nearest != G_MAXUINT)
    g_string_append_printf (out, "\nBetween any two frames of different splits of one sequence lie at least %u others.\n", report->nearest);
}

static void
append_media (GString *out, const Sheet *sheet)
{
  g_string_append (out, "\n## Media\n\n| medium | SHA-256 |\n| --- | --- |\n");
  for (guint i = 0; i < sheet->media->len; i++)
    {
      const LwMedia *media = sheet->media->pdata[i];
      g_string_append (out, "| ");
      append_text (out, media->name);
      g_string_append_printf (out, " | %s |\n", media->sha256);
    }
  g_string_append (out, "\n## Segments\n\n| medium | frames | split | number |\n| --- | --- | --- | ---: |\n");
  for (guint i = 0; i < sheet->report->runs->len; i++)
    {
      const LwDatasetRun *run = sheet->report->runs->pdata[i];
      g_string_append (out, "| ");
      append_text (out, run->media);
      g_string_append_printf (out, " | %u–%u | %s | %u |\n", run->first, run->last, lw_split_get_nick (run->split), run->n);
    }
}

static void
append_frames (GString *out, const Sheet *sheet)
{
  g_string_append (out, "\n## Frames\n\n| frame | split | revision |\n| --- | --- | --- |\n");
  for (guint i = 0; i < sheet->dataset->items->len; i++)
    {
      const LwDatasetItem *item = &g_array_index (sheet->dataset->items, LwDatasetItem, i);
      const LwFrame *frame = find_frame (sheet, item->frame);
      const char *uuid = g_hash_table_lookup (sheet->revisions, &item->frame);
      g_string_append (out, "| ");
      append_text (out, frame != NULL ? frame->name : "?");
      g_string_append_printf (out, " | %s | %s |\n", lw_split_get_nick (item->split), uuid != NULL ? uuid : "?");
    }
}

static char *
write_markdown (const Sheet *sheet)
{
  g_autoptr(GString) out = g_string_new (NULL);
  append_head (out, sheet);
  append_classes (out, sheet);
  append_origins (out, sheet);
  append_leaks (out, sheet->report);
  append_media (out, sheet);
  append_frames (out, sheet);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* ---- JSON ---- */

static void
put (LwJson *object, const char *key, const char *text)
{
  json_object_object_add (object, key, text != NULL ? json_object_new_string (text) : NULL);
}

static void
put_int (LwJson *object, const char *key, guint64 number)
{
  json_object_object_add (object, key, json_object_new_int64 ((gint64) MIN (number, G_MAXINT64)));
}

static LwJson *
describe_splits (const Sheet *sheet)
{
  LwJson *splits = json_object_new_object ();
  for (int split = 0; split < LW_N_SPLITS; split++)
    {
      LwJson *one = json_object_new_object (), *classes = json_object_new_object ();
      put_int (one, "frames", sheet->report->frames[split]);
      put_int (one, "pixels", sheet->report->pixels[split]);
      for (guint i = 0; i < sheet->palette->classes->len; i++)
        {
          const LwClass *class = sheet->palette->classes->pdata[i];
          LwJson *counts = json_object_new_object ();
          put_int (counts, "pixels", sheet->report->class_pixels[split][class->id]);
          put_int (counts, "frames", sheet->report->class_frames[split][class->id]);
          json_object_object_add (classes, class->name, counts);
        }
      json_object_object_add (one, "classes", classes);
      json_object_object_add (splits, lw_split_get_nick ((LwSplit) split), one);
    }
  return splits;
}

static LwJson *
describe_origins (const Sheet *sheet)
{
  LwJson *list = json_object_new_array ();
  for (guint i = 0; i < sheet->origins->len; i++)
    {
      const LwOrigin *origin = sheet->origins->pdata[i];
      LwJson *one = json_object_new_object ();
      put (one, "by", origin->name);
      put (one, "kind", origin_kinds[origin->kind]);
      put_int (one, "pixels", sheet->report->origin_pixels[origin->index]);
      put_int (one, "frames", sheet->report->origin_frames[origin->index]);
      json_object_array_add (list, one);
    }
  return list;
}

static LwJson *
describe_texts (GPtrArray *texts)
{
  LwJson *list = json_object_new_array ();
  for (guint i = 0; i < texts->len; i++)
    json_object_array_add (list, json_object_new_string (texts->pdata[i]));
  return list;
}

static LwJson *
describe_media (const Sheet *sheet)
{
  LwJson *list = json_object_new_array ();
  for (guint i = 0; i < sheet->media->len; i++)
    {
      const LwMedia *media = sheet->media->pdata[i];
      LwJson *one = json_object_new_object ();
      put (one, "name", media->name);
      put (one, "sha256", media->sha256);
      json_object_array_add (list, one);
    }
  return list;
}

static LwJson *
describe_segments (const LwDatasetReport *report)
{
  LwJson *list = json_object_new_array ();
  for (guint i = 0; i < report->runs->len; i++)
    {
      const LwDatasetRun *run = report->runs->pdata[i];
      LwJson *one = json_object_new_object ();
      put (one, "medium", run->media);
      put (one, "split", lw_split_get_nick (run->split));
      put_int (one, "first", run->first);
      put_int (one, "last", run->last);
      put_int (one, "frames", run->n);
      json_object_array_add (list, one);
    }
  return list;
}

static LwJson *
describe_frames (const Sheet *sheet)
{
  LwJson *list = json_object_new_array ();
  for (guint i = 0; i < sheet->dataset->items->len; i++)
    {
      const LwDatasetItem *item = &g_array_index (sheet->dataset->items, LwDatasetItem, i);
      const LwFrame *frame = find_frame (sheet, item->frame);
      LwJson *one = json_object_new_object ();
      put (one, "frame", frame != NULL ? frame->name : NULL);
      put (one, "split", lw_split_get_nick (item->split));
      put (one, "revision", g_hash_table_lookup (sheet->revisions, &item->frame));
      json_object_array_add (list, one);
    }
  return list;
}

static char *
write_json (const Sheet *sheet)
{
  g_autoptr(LwJson) object = json_object_new_object ();
  g_autofree char *created = format_time (sheet->dataset->created);
  put (object, "name", sheet->dataset->name);
  put (object, "uuid", sheet->dataset->uuid);
  put (object, "project", sheet->project);
  put (object, "created", created);
  put_int (object, "segment", sheet->report->segment);
  put_int (object, "gap", sheet->dataset->gap);
  put_int (object, "seed", sheet->report->seed);
  json_object_object_add (object, "splits", describe_splits (sheet));
  json_object_object_add (object, "origins", describe_origins (sheet));
  json_object_object_add (object, "models", describe_texts (sheet->report->models));
  json_object_object_add (object, "leaks", describe_texts (sheet->report->leaks));
  json_object_object_add (object, "media", describe_media (sheet));
  json_object_object_add (object, "segments", describe_segments (sheet->report));
  json_object_object_add (object, "frames", describe_frames (sheet));
  return g_strconcat (json_object_to_json_string_ext (object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE), "\n", NULL);
}

char *
lw_project_write_datasheet (LwProject *self, const LwDataset *dataset, const LwDatasetReport *report, gboolean json, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && dataset != NULL && dataset->items != NULL && report != NULL, NULL);

  g_auto(Sheet) sheet = { .dataset = dataset, .report = report, .project = lw_project_dup_name (self) };
  if ((sheet.palette = lw_project_dup_palette (self, error)) == NULL || (sheet.origins = lw_project_list_origins (self, error)) == NULL
      || (sheet.media = lw_project_list_media (self, error)) == NULL || (sheet.frames = lw_project_list_frames (self, error)) == NULL
      || !read_revisions (self, &sheet, error))
    return NULL;
  return json ? write_json (&sheet) : write_markdown (&sheet);
}
