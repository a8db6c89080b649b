/* settings.c: small strings kept with the project */
#include "config.h"
#include "store/project/project-private.h"

char *
lw_project_get_setting (LwProject *self, const char *key)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && key != NULL, NULL);

  g_autoptr(LwDb) db = lw_project_read (self, NULL);
  return db != NULL ? lw_db_get_text (db, NULL, "SELECT value FROM setting WHERE key = ?", "s", key) : NULL;
}

typedef struct { const char *key, *value; } Setting;

static gboolean
write_setting (LwDb *db, gpointer data, GError **error)
{
  const Setting *setting = data;
  if (setting->value == NULL)
    return lw_db_run (db, error, "DELETE FROM setting WHERE key = ?", "s", setting->key);
  return lw_db_run (db, error, "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2", "ss", setting->key, setting->value);
}

gboolean
lw_project_set_setting (LwProject *self, const char *key, const char *value, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && key != NULL, FALSE);
  return lw_project_transact (self, write_setting, &(Setting) { key, value }, error);
}
