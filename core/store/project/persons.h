/* persons.h: the persons that a project knows: a UUID that is kept in all other rows, and the name that belongs to it (private to core/store) */
#pragma once

#include "store/database/database.h"

/* In a transaction: the author's row of the project, with the name as it is now. */
gboolean lw_person_write_author (LwDb *db, GError **error);
/* The same in a transaction of its own, only where something is new: opening a project is no reason to change it, or to wait for another writer. */
gboolean lw_person_introduce_author (LwDb *db, GError **error);

/* SQL: the name of a person by the text of a column, which is a UUID, or in rows from before version 4 the name of an account */
#define LW_NAME_OF(column) "ifnull ((SELECT person.name FROM person WHERE person.uuid = " column "), " column ")"
