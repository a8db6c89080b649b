/* recent.c: the projects opened before */
#include "config.h"
#include "recent.h"

#include "settings.h"

#define KEY "recent-projects"

char **
lw_recent_list (void)
{
  return g_settings_get_strv (lw_settings_get (), KEY);
}

/* Stores the list without @folder, and with @first before the rest unless it is NULL. */
static void
store_without (const char *folder, const char *first)
{
  g_auto (GStrv) old = lw_recent_list ();
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();
  guint n = 0;
  if (first != NULL)
    {
      g_strv_builder_add (list, first);
      n++;
    }
  for (char **path = old; *path != NULL && n < LW_MAX_RECENT; path++)
    if (!g_str_equal (*path, folder))
      {
        g_strv_builder_add (list, *path);
        n++;
      }
  g_auto (GStrv) paths = g_strv_builder_end (list);
  g_settings_set_strv (lw_settings_get (), KEY, (const char *const *) paths);
}

void
lw_recent_add (const char *folder)
{
  store_without (folder, folder);
}

void
lw_recent_remove (const char *folder)
{
  store_without (folder, NULL);
}
