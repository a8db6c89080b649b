/* remove-tree.c: folders of our own making, removed with all that is in them */
#include "config.h"
#include "common/remove-tree.h"

#include <glib.h>
#include <glib/gstdio.h>

void
lw_remove_contents (const char *folder)
{
  g_autoptr(GDir) dir = g_file_test (folder, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (folder, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *child = g_build_filename (folder, name, NULL);
      lw_remove_tree (child);
    }
}

void
lw_remove_tree (const char *path)
{
  lw_remove_contents (path);
  g_remove (path);
}
