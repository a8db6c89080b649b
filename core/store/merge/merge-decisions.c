/* merge-decisions.c: what was decided in a merge that is not done yet
 *
 * Kept as a setting of the project, so that neither a crash nor a look at something else costs a decision. A region is known by all that is told of it: where it changed on either
 * side since, it has to be decided again. */
#include "config.h"
#include "store/merge.h"
#include "store/project/project-private.h"

#include <string.h>

#define KEY "merge.decided."
#define HASH_CHARS 32

char *
lw_merge_dup_key (LwProject *other)
{
  g_return_val_if_fail (LW_IS_PROJECT (other), NULL);

  g_autoptr(LwDb) db = lw_project_read (other, NULL);
  g_autofree char *package = db != NULL ? lw_db_get_text (db, NULL, "SELECT value FROM meta WHERE key = 'package'", "") : NULL;
  return g_strconcat (KEY, package != NULL ? package : other->copy != NULL ? other->copy : other->folder, NULL);
}

static char *
hash_of (const LwMergeRegion *region)
{
  g_autofree char *text
    = g_strdup_printf ("%d %d %d %d %u %d %d %u %u %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s", region->box.x, region->box.y, region->box.width, region->box.height,
                       region->pixels, region->x, region->y, region->ours, region->theirs, region->ours_at, region->theirs_at, region->frame);
  char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  hash[HASH_CHARS] = '\0';
  return hash;
}

gboolean
lw_project_keep_merge_decisions (LwProject *self, const char *key, const GPtrArray *regions, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && key != NULL, FALSE);

  g_autoptr(GString) text = g_string_new (NULL);
  for (guint i = 0; regions != NULL && i < regions->len; i++)
    {
      const LwMergeRegion *region = regions->pdata[i];
      g_autofree char *hash = region->taken >= 0 ? hash_of (region) : NULL;
      if (hash != NULL)
        g_string_append_printf (text, "%d%s\n", region->taken, hash);
    }
  return lw_project_set_setting (self, key, text->len > 0 ? text->str : NULL, error);
}

guint
lw_project_recall_merge_decisions (LwProject *self, const char *key, const GPtrArray *regions)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && key != NULL && regions != NULL, 0);

  guint recalled = 0;
  g_autofree char *text = lw_project_get_setting (self, key);
  g_auto(GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  g_autoptr(GHashTable) decided = g_hash_table_new (g_str_hash, g_str_equal);
  for (char **line = lines; *line != NULL; line++)
    if ((**line == '0' || **line == '1') && strlen (*line) == HASH_CHARS + 1)
      g_hash_table_insert (decided, *line + 1, *line);
  for (guint i = 0; i < regions->len; i++)
    {
      LwMergeRegion *region = regions->pdata[i];
      g_autofree char *hash = hash_of (region);
      const char *line = g_hash_table_lookup (decided, hash);
      region->taken = line != NULL ? *line - '0' : -1;
      recalled += line != NULL;
    }
  return recalled;
}
