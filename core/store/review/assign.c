/* assign.c: who is to label which frames */
#include "config.h"
#include "store/review.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/author.h"
#include "store/journal/steps.h"
#include "store/project/audit.h"
#include "store/project/persons.h"
#include "store/project/rows.h"

#define MAX_NAME_CHARACTERS 200
#define FRAMES_A_TRANSACTION 64

/* ---- who there is ---- */

static gpointer
read_name (LwProject *project, LwQuery *query)
{
  return lw_query_dup_text (query, 0);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
lw_project_list_persons (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  GPtrArray *names = lw_project_list_rows (self, read_name, g_free, error,
                                           "SELECT name FROM person WHERE name != '' UNION SELECT DISTINCT " LW_NAME_OF ("assignee") " FROM frame WHERE assignee IS NOT NULL",
                                           "", 0);
  if (names == NULL)
    return NULL;
  g_autofree char *me = lw_author_dup_name ();
  if (!g_ptr_array_find_with_equal_func (names, me, g_str_equal, NULL))
    g_ptr_array_add (names, g_steal_pointer (&me));
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* ---- a step ---- */

typedef struct {
  const gint64 *frames;
  gsize n_frames, next;
  char *person;                /* a UUID, or a name that nobody here has; NULL: nobody */
  const char *name;
  gint64 step;
} Assignment;

static gboolean
add_frame (LwDb *db, gint64 step, gint64 frame, const char *before, GError **error)
{
  return lw_db_run (db, error,
                    "INSERT INTO step_frame (step, frame, status_before, accepted_before, status_after, accepted_after, seq, assignee_before, assignee_after)"
                    " SELECT ?, id, status, accepted, status, accepted, seq, ?, assignee FROM frame WHERE id = ?", "IsI", step, before, frame);
}

static gboolean
set_assignee (LwDb *db, gint64 frame, const char *person, GError **error)
{
  return lw_db_run (db, error, "UPDATE frame SET assignee = ? WHERE id = ?", "sI", person, frame) && lw_change_frame (db, frame, error);
}

/* A frame twice in the list is assigned by the first one, and left out then. */
static gboolean
assign_one (LwDb *db, Assignment *self, gint64 frame, GError **error)
{
  LwFrameHead head;
  if (!lw_frame_head_read (db, frame, &head, error))
    return FALSE;
  g_autofree char *before = lw_db_get_text (db, NULL, "SELECT assignee FROM frame WHERE id = ?", "I", frame);
  g_autofree char *name = lw_db_get_text (db, NULL, "SELECT name FROM frame WHERE id = ?", "I", frame);
  if (g_strcmp0 (before, self->person) == 0)
    return TRUE;
  if (self->step == 0)
    self->step = lw_step_add (db, &(LwStepRow) { .kind = LW_STEP_ASSIGNMENT, .action = "assign" }, error);
  return self->step != 0 && set_assignee (db, frame, self->person, error) && add_frame (db, self->step, frame, before, error)
         && lw_audit_add (db, error, "assign", name, "%s", self->name != NULL ? self->name : "");
}

static gboolean
assign_some (LwDb *db, gpointer data, GError **error)
{
  Assignment *self = data;
  for (gsize end = MIN (self->n_frames, self->next + FRAMES_A_TRANSACTION); self->next < end; self->next++)
    if (!assign_one (db, self, self->frames[self->next], error))
      return FALSE;
  return TRUE;
}

/* Of two persons with one name nobody knows which is meant: the name stays a name. */
static gboolean
find_person (LwProject *project, Assignment *self, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (project, error);
  gint64 n = 0;
  if (db == NULL || lw_db_get (db, &n, error, "SELECT count (*) FROM person WHERE name = ?", "s", self->name) < 0)
    return FALSE;
  self->person = n == 1 ? lw_db_get_text (db, NULL, "SELECT uuid FROM person WHERE name = ?", "s", self->name) : g_strdup (self->name);
  return TRUE;
}

static gboolean
check_name (const char *person, GError **error)
{
  if (person == NULL || (g_utf8_validate (person, -1, NULL) && g_utf8_strlen (person, -1) <= MAX_NAME_CHARACTERS && strpbrk (person, "\n\r\t") == NULL))
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("A person’s name is one line of at most %d characters"), MAX_NAME_CHARACTERS);
  return FALSE;
}

gboolean
lw_project_assign (LwProject *self, const gint64 *frames, gsize n_frames, const char *person, gint64 *step, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && (frames != NULL || n_frames == 0), FALSE);

  g_autofree char *name = person != NULL ? g_strstrip (g_strdup (person)) : NULL;
  Assignment work = { .frames = frames, .n_frames = n_frames, .name = name != NULL && *name != '\0' ? name : NULL };
  gboolean done = lw_project_check_writable (self, error) && check_name (work.name, error) && (work.name == NULL || find_person (self, &work, error));
  while (done && work.next < n_frames)
    done = lw_project_transact (self, assign_some, &work, error);
  g_free (work.person);
  if (step != NULL)
    *step = work.step;
  return done;
}

/* ---- taken back ---- */

typedef struct { gint64 frame; char *before, *after; } Row;

static void
row_clear (gpointer data)
{
  Row *row = data;
  g_free (row->before);
  g_free (row->after);
}

typedef struct { const LwStepRow *row; GArray *rows; guint next, n_left; gint64 made; } TakeBack;

static GArray *
read_rows (LwProject *project, gint64 step, GError **error)
{
  g_autoptr(GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_array_set_clear_func (rows, row_clear);
  g_autoptr(LwDb) db = lw_project_read (project, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT frame, assignee_before, assignee_after FROM step_frame WHERE step = ?", "I", step);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      Row row = { sqlite3_column_int64 (query, 0), lw_query_dup_text (query, 1), lw_query_dup_text (query, 2) };
      g_array_append_val (rows, row);
    }
  return got == 0 ? g_steal_pointer (&rows) : NULL;
}

static gboolean
restore_one (LwDb *db, TakeBack *self, const Row *row, GError **error)
{
  g_autofree char *now = lw_db_get_text (db, NULL, "SELECT assignee FROM frame WHERE id = ?", "I", row->frame);
  g_autofree char *name = lw_db_get_text (db, NULL, "SELECT name FROM frame WHERE id = ?", "I", row->frame);
  if (g_strcmp0 (now, row->after) != 0)
    {
      self->n_left++;
      return TRUE;
    }
  if (self->made == 0)
    self->made = lw_step_add (db, self->row, error);
  return self->made != 0 && set_assignee (db, row->frame, row->before, error) && add_frame (db, self->made, row->frame, now, error)
         && lw_audit_add (db, error, self->row->turn == LW_TURN_UNDONE ? "undo" : "redo", name != NULL ? name : "?", "assign");
}

static gboolean
restore_some (LwDb *db, gpointer data, GError **error)
{
  TakeBack *self = data;
  for (guint end = MIN (self->rows->len, self->next + FRAMES_A_TRANSACTION); self->next < end; self->next++)
    if (!restore_one (db, self, &g_array_index (self->rows, Row, self->next), error))
      return FALSE;
  return TRUE;
}

gint64
lw_assignment_take_back (LwProject *project, gint64 step, LwTurn turn, guint *n_left, GError **error)
{
  LwStepRow row = { .kind = LW_STEP_ASSIGNMENT, .action = "assign", .turn = turn, .undoes = step };
  g_autoptr(GArray) rows = read_rows (project, step, error);
  TakeBack work = { .row = &row, .rows = rows };
  while (rows != NULL && work.next < rows->len)
    if (!lw_project_transact (project, restore_some, &work, error))
      return 0;
  if (rows != NULL && work.made == 0)
    g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("Nothing was undone: the frames have changed since"));
  if (n_left != NULL)
    *n_left = work.n_left;
  return work.made;
}
