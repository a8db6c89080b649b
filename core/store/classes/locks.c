/* locks.c: which classes are locked: kept with the project, so that every program leaves their pixels alone */
#include "config.h"
#include "store/project/project-private.h"

#include <string.h>

#define KEY "locked-classes"      /* ids with commas between them */

void
lw_project_get_locked (LwProject *self, gboolean locked[256])
{
  g_return_if_fail (LW_IS_PROJECT (self));

  g_autofree char *text = lw_project_get_setting (self, KEY);
  g_auto(GStrv) ids = g_strsplit (text != NULL ? text : "", ",", 257);
  memset (locked, 0, 256 * sizeof (gboolean));
  for (char **id = ids; *id != NULL; id++)
    {
      guint64 value;
      if (g_ascii_string_to_unsigned (*id, 10, 0, LW_LABEL_NONE - 1, &value, NULL))
        locked[value] = TRUE;
    }
}

gboolean
lw_project_set_locked (LwProject *self, const gboolean locked[256], GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), FALSE);

  g_autoptr(GString) text = g_string_new (NULL);
  for (int id = 0; id < LW_LABEL_NONE; id++)
    if (locked[id])
      g_string_append_printf (text, "%s%d", text->len > 0 ? "," : "", id);
  return lw_project_set_setting (self, KEY, text->str, error);
}
