/* verdicts.c: who submitted, accepted and returned a frame, and why */
#include "config.h"
#include "store/review/verdicts.h"

#include "store/author.h"
#include "store/project/persons.h"
#include "store/project/rows.h"

void
lw_verdict_free (LwVerdict *verdict)
{
  if (verdict == NULL)
    return;
  g_free (verdict->uuid);
  g_free (verdict->person);
  g_free (verdict->message);
  g_free (verdict);
}

gboolean
lw_verdict_write (LwDb *db, gint64 frame, gint64 revision, LwAction action, const char *message, GError **error)
{
  g_autofree char *uuid = g_uuid_string_random ();
  return lw_db_run (db, error, "INSERT INTO review (uuid, frame, revision, verdict, person, at, message) VALUES (?, ?, ?, ?, ?, ?, ?)", "sIIisIs", uuid, frame, revision,
                    (int) action, lw_author_get_uuid (), g_get_real_time (), message);
}

static gpointer
read_verdict (LwProject *project, LwQuery *query)
{
  LwVerdict *verdict = g_new0 (LwVerdict, 1);
  verdict->id = sqlite3_column_int64 (query, 0);
  verdict->frame = sqlite3_column_int64 (query, 1);
  verdict->revision = sqlite3_column_int64 (query, 2);
  verdict->action = (LwAction) lw_query_int (query, 3, LW_ACTION_SUBMIT, LW_ACTION_RETURN);
  verdict->uuid = lw_query_dup_text (query, 4);
  verdict->person = lw_query_dup_text (query, 5);
  verdict->at = sqlite3_column_int64 (query, 6);
  verdict->message = lw_query_dup_text (query, 7);
  return verdict;
}

GPtrArray *
lw_project_list_verdicts (LwProject *self, gint64 frame, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return lw_project_list_rows (self, read_verdict, (GDestroyNotify) lw_verdict_free, error,
                               "SELECT id, frame, revision, verdict, uuid, " LW_NAME_OF ("review.person") ", at, message FROM review WHERE frame = ? ORDER BY at DESC, id DESC", "I", frame);
}
