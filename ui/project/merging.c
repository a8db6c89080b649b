/* merging.c: what the merge window has a worker thread do: look at the other copy, merge it, keep what was decided */
#include "config.h"
#include "merging.h"

#include "project/conflict-object.h"

/* ---- looking and merging ---- */

static char *
dup_place (const LwMergeRegion *region)
{
  return g_strdup_printf ("%d,%d %s", region->x, region->y, region->frame);
}

static GHashTable *
collect_decisions (GListModel *conflicts)
{
  GHashTable *decisions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (conflicts); i++)
    {
      g_autoptr (LwConflictObject) conflict = g_list_model_get_item (conflicts, i);
      const LwMergeRegion *region = lw_conflict_object_get_region (conflict);
      g_hash_table_replace (decisions, dup_place (region), GINT_TO_POINTER (region->taken));
    }
  return decisions;
}

LwMerging *
lw_merging_new (const char *folder, GListModel *conflicts)
{
  LwMerging *merging = g_new0 (LwMerging, 1);
  merging->folder = g_strdup (folder);
  merging->decisions = conflicts != NULL ? collect_decisions (conflicts) : NULL;
  return merging;
}

void
lw_merging_free (gpointer data)
{
  LwMerging *merging = data;
  g_free (merging->folder);
  lw_merge_report_clear (&merging->report);
  g_clear_pointer (&merging->palette, lw_palette_free);
  g_clear_pointer (&merging->decisions, g_hash_table_unref);
  g_free (merging->key);
  g_free (merging);
}

/* A region that came up since then is not decided: nothing is merged, and it is looked at again. */
static int
choose (const LwMergeRegion *region, gpointer decisions)
{
  g_autofree char *place = dup_place (region);
  gpointer taken;
  return decisions != NULL && g_hash_table_lookup_extended (decisions, place, NULL, &taken) ? GPOINTER_TO_INT (taken) : -1;
}

gpointer
lw_merging_in_thread (LwProject *project, gpointer data, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  LwMerging *merging = data;
  g_autoptr (LwProject) other = lw_project_open (merging->folder, error);
  merging->palette = other != NULL ? lw_project_dup_palette (project, error) : NULL;
  gboolean dry = merging->decisions == NULL;
  if (merging->palette == NULL || !lw_project_merge (project, other, choose, merging->decisions, dry, &merging->report, lw_operation_progress, operation, cancellable, error))
    return NULL;
  merging->key = lw_merge_dup_key (other);
  if (dry)
    merging->recalled = lw_project_recall_merge_decisions (project, merging->key, merging->report.regions);
  else
    lw_project_keep_merge_decisions (project, merging->key, NULL, NULL);      /* merged: what is left there decides nothing any more */
  return merging;
}

/* ---- keeping what was decided ---- */

typedef struct { char *key; GPtrArray *regions; } Kept;

static void
region_free (gpointer data)
{
  g_free (((LwMergeRegion *) data)->frame);
  g_free (data);
}

gpointer
lw_kept_decisions_new (const char *key, GListModel *conflicts)
{
  Kept *kept = g_new (Kept, 1);
  *kept = (Kept) { g_strdup (key), g_ptr_array_new_with_free_func (region_free) };
  for (guint i = 0; i < g_list_model_get_n_items (conflicts); i++)
    {
      g_autoptr (LwConflictObject) conflict = g_list_model_get_item (conflicts, i);
      LwMergeRegion *region = g_memdup2 (lw_conflict_object_get_region (conflict), sizeof *region);
      region->frame = g_strdup (region->frame);
      g_ptr_array_add (kept->regions, region);
    }
  return kept;
}

void
lw_kept_decisions_free (gpointer data)
{
  Kept *kept = data;
  g_free (kept->key);
  g_ptr_array_unref (kept->regions);
  g_free (kept);
}

gpointer
lw_kept_decisions_in_thread (LwProject *project, gpointer data, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const Kept *kept = data;
  return lw_project_keep_merge_decisions (project, kept->key, kept->regions, error) ? data : NULL;
}
