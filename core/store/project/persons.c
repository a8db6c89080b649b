/* persons.c: the author's row among the persons of a project */
#include "config.h"
#include "store/project/persons.h"

#include "store/author.h"
#include "store/project/project-private.h"

gboolean
lw_person_write_author (LwDb *db, GError **error)
{
  g_autofree char *now = lw_author_dup_name ();
  return lw_db_run (db, error,
                    "INSERT INTO person (uuid, name, changed) VALUES (?1, ?2, ?3) ON CONFLICT (uuid) DO UPDATE SET name = ?2, changed = ?3 WHERE name != ?2", "ssI",
                    lw_author_get_uuid (), now, g_get_real_time ());
}

static gboolean
write_author (LwDb *db, gpointer data, GError **error)
{
  return lw_person_write_author (db, error);
}

gboolean
lw_person_introduce_author (LwDb *db, GError **error)
{
  g_autofree char *name = lw_author_dup_name ();
  gint64 id;
  int known = lw_db_get (db, &id, error, "SELECT id FROM person WHERE uuid = ? AND name = ?", "ss", lw_author_get_uuid (), name);
  return known > 0 || (known == 0 && lw_db_transact (db, write_author, NULL, error));
}

gboolean
lw_project_set_author_name (LwProject *self, const char *wanted, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), FALSE);
  return lw_author_set_name (wanted, error) && lw_project_transact (self, write_author, NULL, error);
}
