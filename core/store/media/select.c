/* select.c: frames by what a person types: all, a status, names, MEDIA:ORDINALS, @PERSON */
#include "config.h"
#include "store/journal/frames.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/project/project-private.h"

typedef struct {
  GPtrArray *frames;           /* all of the project, in display order */
  GHashTable *by_name;         /* name → index + 1 */
  GHashTable *media;           /* name → gint64 *id */
  gboolean *chosen;            /* one flag a frame */
} Selection;

static gboolean
nothing_matches (const char *spec, GError **error)
{
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND,
               _("No frame matches “%s”. Give “all”, a status such as “accepted”, names of frames, MEDIA:ORDINALS such as drive:0-99,200, or @NAME for those assigned to somebody"), spec);
  return FALSE;
}

/* A NULL @status: all */
static gboolean
choose_status (Selection *self, const char *spec, const LwFrameStatus *status, GError **error)
{
  gboolean any = FALSE;
  for (guint i = 0; i < self->frames->len; i++)
    if (status == NULL || ((LwFrame *) self->frames->pdata[i])->status == *status)
      any = self->chosen[i] = TRUE;
  return any || nothing_matches (spec, error);
}

/* An empty @person: nobody's */
static gboolean
choose_assignee (Selection *self, const char *spec, const char *person, GError **error)
{
  gboolean any = FALSE;
  for (guint i = 0; i < self->frames->len; i++)
    {
      const char *assignee = ((LwFrame *) self->frames->pdata[i])->assignee;
      if (strcmp (assignee != NULL ? assignee : "", person) == 0)
        any = self->chosen[i] = TRUE;
    }
  return any || nothing_matches (spec, error);
}

static gboolean
choose_ordinals (Selection *self, gint64 media, guint first, guint last)
{
  gboolean any = FALSE;
  for (guint i = 0; i < self->frames->len; i++)
    {
      const LwFrame *frame = self->frames->pdata[i];
      if (frame->media == media && frame->ordinal >= first && frame->ordinal <= last)
        any = self->chosen[i] = TRUE;
    }
  return any;
}

/* "7" or "0-99" */
static gboolean
parse_range (const char *text, guint *first, guint *last)
{
  g_auto(GStrv) parts = g_strsplit (text, "-", 3);
  guint n = g_strv_length (parts);
  guint64 values[2];
  if (n < 1 || n > 2)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!g_ascii_string_to_unsigned (parts[i], 10, 0, G_MAXINT, &values[i], NULL))
      return FALSE;
  *first = (guint) values[0];
  *last = (guint) values[n - 1];
  return *first <= *last;
}

/* "drive:0-99", and "200" after a comma behind it: @medium is what ordinals belong to. 1: done, 0: not of that form, -1: @error is set */
static int
choose_medium (Selection *self, const char *item, gint64 **medium, GError **error)
{
  const char *colon = strrchr (item, ':');
  g_autofree char *name = colon != NULL ? g_strndup (item, (gsize) (colon - item)) : NULL;
  gint64 *found = name != NULL ? g_hash_table_lookup (self->media, name) : NULL;
  guint first, last;
  if (found != NULL && parse_range (colon + 1, &first, &last))
    *medium = found;
  else if (*medium == NULL || !parse_range (item, &first, &last))
    return 0;
  return choose_ordinals (self, **medium, first, last) || nothing_matches (item, error) ? 1 : -1;
}

static gboolean
choose_name (Selection *self, const char *item)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_name, item));
  if (index > 0)
    self->chosen[index - 1] = TRUE;
  return index > 0;
}

static gboolean
choose_item (Selection *self, const char *item, gint64 **medium, GError **error)
{
  LwFrameStatus status;
  int done = choose_medium (self, item, medium, error);
  if (done != 0)
    return done > 0;
  *medium = NULL;
  if (strcmp (item, "all") == 0)
    return choose_status (self, item, NULL, error);
  if (lw_frame_status_from_nick (item, &status))
    return choose_status (self, item, &status, error);
  if (choose_name (self, item))
    return TRUE;
  return item[0] == '@' ? choose_assignee (self, item, item + 1, error) : nothing_matches (item, error);
}

/* A name may hold a comma: the whole argument is tried as a name first. */
static gboolean
choose_spec (Selection *self, const char *spec, GError **error)
{
  if (choose_name (self, spec))
    return TRUE;
  g_auto(GStrv) items = g_strsplit (spec, ",", -1);
  gint64 *medium = NULL;
  if (items[0] == NULL)
    return nothing_matches (spec, error);
  for (char **item = items; *item != NULL; item++)
    if (!choose_item (self, g_strstrip (*item), &medium, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_media_names (LwProject *project, GHashTable *media, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (project, error);
  if (db == NULL)
    return FALSE;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT name, id FROM media WHERE operation IS NULL AND NOT removed", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 id = sqlite3_column_int64 (query, 1);
      g_hash_table_insert (media, lw_query_dup_text (query, 0), g_memdup2 (&id, sizeof id));
    }
  return got == 0;
}

static GPtrArray *
take_chosen (Selection *self)
{
  GPtrArray *chosen = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_frame_free);
  for (guint i = 0; i < self->frames->len; i++)
    if (self->chosen[i])
      g_ptr_array_add (chosen, g_steal_pointer (&self->frames->pdata[i]));
  return chosen;
}

GPtrArray *
lw_project_select_frames (LwProject *self, const char *const *specs, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && specs != NULL, NULL);

  g_autoptr(GPtrArray) frames = lw_project_list_frames (self, error);
  g_autoptr(GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GHashTable) media = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (frames == NULL || !read_media_names (self, media, error))
    return NULL;
  if (frames->len == 0 && specs[0] != NULL)
    {
      g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no frames yet: add videos or images first"));
      return NULL;
    }
  g_autofree gboolean *chosen = g_new0 (gboolean, frames->len + 1);
  Selection selection = { frames, by_name, media, chosen };
  for (guint i = 0; i < frames->len; i++)
    g_hash_table_insert (by_name, ((LwFrame *) frames->pdata[i])->name, GUINT_TO_POINTER (i + 1));
  for (gsize i = 0; specs[i] != NULL; i++)
    if (!choose_spec (&selection, specs[i], error))
      return NULL;
  return take_chosen (&selection);
}
