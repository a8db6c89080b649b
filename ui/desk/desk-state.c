/* desk-state.c: how the window was left, in the project's settings under "window." */
#include "config.h"
#include "desk-state.h"

static const char *const keys[] = { "frame", "zoom", "view-x", "view-y", "class", "paint-over-class", "hidden", "polygons", NULL };

GHashTable *
lw_desk_state_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

GHashTable *
lw_desk_state_copy (GHashTable *state)
{
  GHashTable *copy = lw_desk_state_new ();
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, state);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy, g_strdup (key), g_strdup (value));
  return copy;
}

static char *
dup_setting (const char *key)
{
  return g_strconcat ("window.", key, NULL);
}

GHashTable *
lw_desk_state_read (LwProject *project)
{
  GHashTable *state = lw_desk_state_new ();
  for (const char *const *key = keys; *key != NULL; key++)
    {
      g_autofree char *setting = dup_setting (*key);
      char *value = lw_project_get_setting (project, setting);
      if (value != NULL)
        g_hash_table_insert (state, g_strdup (*key), value);
    }
  return state;
}

void
lw_desk_state_write (GHashTable *state, LwProject *project)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, state);
  while (!lw_project_is_read_only (project) && g_hash_table_iter_next (&iter, &key, &value))
    {
      g_autofree char *setting = dup_setting (key);
      lw_project_set_setting (project, setting, value, NULL);      /* where the window stood: not worth keeping it open */
    }
}
