/* test-review.c: frames are assigned, talked about, and accepted only where the project's contract holds */
#include "config.h"
#include "fixture.h"

#include <string.h>
#include "store/author.h"
#include "store/review.h"

#define SIDE 64

/* A project with @n frames, the whole of each labelled class 1. */
static Fixture *
make_labelled (guint n)
{
  Fixture *fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", n, SIDE, SIDE);
  for (guint i = 0; i < n; i++)
    fixture_stroke (fixture->project, fixture_frame (fixture->project, i), (LwRect) { 0, 0, SIDE, SIDE }, 1);
  return fixture;
}

static char *
get_assignee (LwProject *project, guint index)
{
  g_autoptr(LwFrame) frame = lw_project_get_frame (project, fixture_frame (project, index), NULL);
  return g_strdup (frame->assignee);
}

static void
assert_assignees (LwProject *project, guint n, const char *expected)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *assignee = get_assignee (project, i);
      g_assert_cmpstr (assignee, ==, expected);
    }
}

static gint64
take_back (LwProject *project, gint64 step, guint expected_left)
{
  g_autoptr(GError) error = NULL;
  guint n_left = 99;
  gint64 made = lw_project_take_back (project, step, &n_left, &error);
  g_assert_no_error (error);
  g_assert_cmpint (made, !=, 0);
  g_assert_cmpuint (n_left, ==, expected_left);
  return made;
}

/* ---- who ---- */

static void
test_assign (void)
{
  const guint n = 150;      /* more than a transaction holds */
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", n, SIDE, SIDE);
  g_autofree gint64 *frames = g_new (gint64, n);
  gint64 step = 0, other = 0;
  for (guint i = 0; i < n; i++)
    frames[i] = fixture_frame (fixture->project, i);
  g_assert_true (lw_project_assign (fixture->project, frames, n, " Ann ", &step, &error));
  assert_assignees (fixture->project, n, "Ann");
  g_assert_true (lw_project_assign (fixture->project, frames, n, "Ann", &other, &error));
  g_assert_cmpint (other, ==, 0);
  g_assert_true (lw_project_assign (fixture->project, frames, 1, "Bob", &other, &error));

  fixture_reopen (fixture);
  gint64 undone = take_back (fixture->project, step, 1);      /* Bob's stays his */
  g_autofree char *first = get_assignee (fixture->project, 0), *second = get_assignee (fixture->project, 1);
  g_assert_cmpstr (first, ==, "Bob");
  g_assert_null (second);
  take_back (fixture->project, undone, 0);
  take_back (fixture->project, other, 0);
  assert_assignees (fixture->project, n, "Ann");

  const char *const mine[] = { "@Ann", NULL }, *const nobodys[] = { "@", NULL };
  g_autoptr(GPtrArray) chosen = lw_project_select_frames (fixture->project, mine, &error);
  g_assert_cmpuint (chosen->len, ==, n);
  g_assert_null (lw_project_select_frames (fixture->project, nobodys, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (lw_project_assign (fixture->project, frames, 1, "two\nlines", NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_autoptr(GPtrArray) persons = lw_project_list_persons (fixture->project, NULL);
  g_assert_cmpuint (persons->len, ==, 2);
  fixture_assert_sound (fixture->project);
}

/* ---- what was said ---- */

static LwThread *
only_thread (LwProject *project, gint64 frame)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) threads = lw_project_list_threads (project, frame, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (threads->len, ==, 1);
  return g_ptr_array_steal_index (threads, 0);
}

static void
assert_refused (gboolean done, GError **error, LwStoreError code)
{
  g_assert_false (done);
  g_assert_error (*error, LW_STORE_ERROR, (int) code);
  g_clear_error (error);
}

static void
test_threads (void)
{
  g_autoptr(Fixture) fixture = make_labelled (2);
  g_autoptr(GError) error = NULL;
  gint64 frame = fixture_frame (fixture->project, 0), thread = lw_project_add_comment (fixture->project, frame, 5, 63, "the kerb", &error);
  g_assert_no_error (error);
  gint64 answer = lw_project_answer_comment (fixture->project, thread, "which „one“?\nleft or right", &error);
  g_assert_cmpint (answer, !=, 0);
  g_assert_true (lw_project_resolve_thread (fixture->project, thread, TRUE, &error));

  fixture_reopen (fixture);
  g_autoptr(LwThread) resolved = only_thread (fixture->project, frame);
  g_assert_true (resolved->resolved);
  g_autofree char *me = lw_author_dup_name ();
  g_assert_cmpstr (resolved->resolver, ==, me);
  g_assert_cmpint (resolved->x, ==, 5);
  g_assert_cmpint (resolved->y, ==, 63);
  g_assert_cmpuint (resolved->comments->len, ==, 2);
  g_assert_cmpstr (((LwComment *) resolved->comments->pdata[1])->text, ==, "which „one“?\nleft or right");

  g_autoptr(GHashTable) none = lw_project_count_open_threads (fixture->project, NULL);
  g_assert_cmpuint (g_hash_table_size (none), ==, 0);
  assert_refused (lw_project_withdraw_comment (fixture->project, thread, &error), &error, LW_STORE_ERROR_INVALID);      /* it has an answer */
  g_assert_true (lw_project_withdraw_comment (fixture->project, answer, &error));
  gint64 again = lw_project_answer_comment (fixture->project, thread, "still there", &error);
  g_autoptr(LwThread) opened = only_thread (fixture->project, frame);
  g_assert_false (opened->resolved);
  g_assert_cmpuint (opened->comments->len, ==, 2);
  g_autoptr(GHashTable) one = lw_project_count_open_threads (fixture->project, NULL);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (one, &frame)), ==, 1);

  g_assert_true (lw_project_withdraw_comment (fixture->project, again, &error) && lw_project_withdraw_comment (fixture->project, thread, &error));
  g_autoptr(GPtrArray) left = lw_project_list_threads (fixture->project, 0, NULL);
  g_assert_cmpuint (left->len, ==, 0);
  fixture_assert_sound (fixture->project);
}

static void
test_bad_comments (void)
{
  g_autoptr(Fixture) fixture = make_labelled (1);
  g_autoptr(GError) error = NULL;
  g_autofree char *long_text = g_strnfill (LW_COMMENT_MAX_CHARACTERS + 1, 'x');
  gint64 frame = fixture_frame (fixture->project, 0);
  assert_refused (lw_project_add_comment (fixture->project, frame, SIDE, 0, "outside", &error) != 0, &error, LW_STORE_ERROR_INVALID);
  assert_refused (lw_project_add_comment (fixture->project, frame, 0, -1, "outside", &error) != 0, &error, LW_STORE_ERROR_INVALID);
  assert_refused (lw_project_add_comment (fixture->project, frame, 0, 0, " \n ", &error) != 0, &error, LW_STORE_ERROR_INVALID);
  assert_refused (lw_project_add_comment (fixture->project, frame, 0, 0, long_text, &error) != 0, &error, LW_STORE_ERROR_INVALID);
  assert_refused (lw_project_add_comment (fixture->project, 999, 0, 0, "no frame", &error) != 0, &error, LW_STORE_ERROR_NOT_FOUND);
  assert_refused (lw_project_answer_comment (fixture->project, 999, "no thread", &error) != 0, &error, LW_STORE_ERROR_NOT_FOUND);
  assert_refused (lw_project_withdraw_comment (fixture->project, 999, &error), &error, LW_STORE_ERROR_NOT_FOUND);
}

static void
test_comment_of_another (void)
{
  g_autoptr(Fixture) fixture = make_labelled (1);
  g_autoptr(GError) error = NULL;
  gint64 comment = lw_project_add_comment (fixture->project, fixture_frame (fixture->project, 0), 1, 1, "hers", &error);
  g_assert_true (lw_project_close (fixture->project, NULL));
  fixture_sql (fixture->folder, "DROP TRIGGER IF EXISTS comment_UPDATE_refused; UPDATE comment SET author = 'ann'");
  fixture_reopen (fixture);
  assert_refused (lw_project_withdraw_comment (fixture->project, comment, &error), &error, LW_STORE_ERROR_INVALID);
}

/* ---- the contract ---- */

static gboolean
accept (LwProject *project, gint64 frame, GError **error)
{
  return lw_project_act (project, &frame, 1, LW_ACTION_ACCEPT, NULL, error);
}

static void
set_contract (LwProject *project, LwContract contract)
{
  g_autoptr(GError) error = NULL;
  LwContract got;
  g_assert_true (lw_project_set_contract (project, &contract, &error));
  lw_project_get_contract (project, &got);
  g_assert_true (got.complete == contract.complete && got.speck == contract.speck && got.locked == contract.locked && got.resolved == contract.resolved && got.other == contract.other);
}

static void
test_coverage (void)
{
  g_autoptr(Fixture) fixture = make_labelled (2);
  g_autoptr(GError) error = NULL;
  gint64 frames[2] = { fixture_frame (fixture->project, 0), fixture_frame (fixture->project, 1) };
  set_contract (fixture->project, (LwContract) { .complete = TRUE, .speck = 10 });
  fixture_stroke (fixture->project, frames[1], (LwRect) { 3, 4, 5, 2 }, LW_LABEL_NONE);      /* ten pixels: no speck, but unlabelled */
  fixture_stroke (fixture->project, frames[1], (LwRect) { 20, 30, 3, 3 }, 2);                /* nine */
  fixture_stroke (fixture->project, frames[1], (LwRect) { 40, 30, 5, 2 }, 2);                /* ten: large enough */

  g_auto(LwContractReport) report = { 0 };
  g_assert_true (lw_project_check_contract (fixture->project, frames[1], &report, &error));
  g_assert_cmpuint (report.breaches->len, ==, 2);
  const LwBreach *hole = &g_array_index (report.breaches, LwBreach, 0), *speck = &g_array_index (report.breaches, LwBreach, 1);
  g_assert_cmpint (hole->kind, ==, LW_BREACH_UNLABELLED);
  g_assert_true (hole->x == 3 && hole->y == 4 && hole->box.width == 5 && hole->box.height == 2 && hole->pixels == 10);
  g_assert_cmpint (speck->kind, ==, LW_BREACH_SPECK);
  g_assert_true (speck->x == 20 && speck->y == 30 && speck->pixels == 9 && speck->class_id == 2);
  g_assert_cmpuint (report.unlabelled, ==, 10);

  /* All or none: the sound frame is not accepted beside the broken one. */
  assert_refused (lw_project_act (fixture->project, frames, 2, LW_ACTION_ACCEPT, NULL, &error), &error, LW_STORE_ERROR_CONTRACT);
  g_autoptr(LwFrame) first = lw_project_get_frame (fixture->project, frames[0], NULL);
  g_assert_cmpint (first->status, ==, LW_FRAME_IN_PROGRESS);
  fixture_stroke (fixture->project, frames[1], (LwRect) { 0, 0, SIDE, SIDE }, 1);
  g_assert_true (lw_project_act (fixture->project, frames, 2, LW_ACTION_ACCEPT, NULL, &error));
  g_assert_no_error (error);
  fixture_assert_sound (fixture->project);
}

static void
test_locked (void)
{
  g_autoptr(Fixture) fixture = make_labelled (1);
  g_autoptr(GError) error = NULL;
  gboolean locked[256] = { FALSE };
  gint64 frame = fixture_frame (fixture->project, 0);
  locked[2] = TRUE;
  g_assert_true (lw_project_set_locked (fixture->project, locked, NULL));
  set_contract (fixture->project, (LwContract) { .locked = TRUE });
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 8, 8 }, 2);
  g_assert_true (accept (fixture->project, frame, &error));                                  /* nothing to compare with yet */
  fixture_stroke (fixture->project, frame, (LwRect) { 30, 30, 4, 4 }, 3);
  g_assert_true (accept (fixture->project, frame, &error));                                  /* no locked class */
  fixture_stroke (fixture->project, frame, (LwRect) { 6, 0, 4, 1 }, 3);                      /* two pixels of it, two beside it */
  fixture_stroke (fixture->project, frame, (LwRect) { 50, 50, 1, 3 }, 2);

  g_auto(LwContractReport) report = { 0 };
  g_assert_true (lw_project_check_contract (fixture->project, frame, &report, &error));
  g_assert_cmpuint (report.n[LW_BREACH_LOCKED], ==, 2);
  g_assert_cmpuint (report.locked, ==, 5);
  const LwBreach *left = &g_array_index (report.breaches, LwBreach, 0);
  g_assert_true (left->x == 6 && left->y == 0 && left->pixels == 2 && left->class_id == 2);
  assert_refused (accept (fixture->project, frame, &error), &error, LW_STORE_ERROR_CONTRACT);
  fixture_undo (fixture->project, frame);
  fixture_undo (fixture->project, frame);
  g_auto(LwContractReport) clean = { 0 };
  g_assert_true (lw_project_check_contract (fixture->project, frame, &clean, &error) && lw_contract_report_is_clean (&clean));
}

/* Before a frame was ever accepted, what was imported counts. */
static void
test_locked_import (void)
{
  g_autoptr(Fixture) fixture = make_labelled (1);
  g_autoptr(GError) error = NULL;
  gboolean locked[256] = { FALSE };
  gint64 frame = fixture_frame (fixture->project, 0);
  g_autoptr(LwPlanes) planes = fixture_load (fixture->project, frame, NULL);
  int origin = lw_project_get_origin (fixture->project, LW_ORIGIN_IMPORT, "CamVid", 0, &error);
  locked[2] = TRUE;
  g_assert_true (lw_project_set_locked (fixture->project, locked, NULL));
  set_contract (fixture->project, (LwContract) { .locked = TRUE });
  for (int y = 0; y < 5; y++)
    memset (lw_label_map_row (planes->plane[LW_PLANE_CLASS], y), 2, 10);
  g_assert_true (lw_project_import_map (fixture->project, frame, planes->plane[LW_PLANE_CLASS], (guint8) origin, LW_REVISION_IMPORT, NULL, &error));
  fixture_stroke (fixture->project, frame, (LwRect) { 4, 4, 2, 2 }, 3);      /* two pixels of it */
  g_auto(LwContractReport) report = { 0 };
  g_assert_true (lw_project_check_contract (fixture->project, frame, &report, &error));
  g_assert_cmpuint (report.locked, ==, 2);
  assert_refused (accept (fixture->project, frame, &error), &error, LW_STORE_ERROR_CONTRACT);
  fixture_undo (fixture->project, frame);
  g_assert_true (accept (fixture->project, frame, &error));
}

static void
test_talk_and_reviewer (void)
{
  g_autoptr(Fixture) fixture = make_labelled (2);
  g_autoptr(GError) error = NULL;
  gint64 frame = fixture_frame (fixture->project, 0), other = fixture_frame (fixture->project, 1);
  set_contract (fixture->project, (LwContract) { .resolved = TRUE });
  gint64 thread = lw_project_add_comment (fixture->project, frame, 1, 2, "look", &error);
  assert_refused (accept (fixture->project, frame, &error), &error, LW_STORE_ERROR_CONTRACT);
  g_assert_true (lw_project_resolve_thread (fixture->project, thread, TRUE, NULL) && accept (fixture->project, frame, &error));

  set_contract (fixture->project, (LwContract) { .other = TRUE });
  assert_refused (accept (fixture->project, other, &error), &error, LW_STORE_ERROR_CONTRACT);      /* I painted it */
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 2, 2 }, 3);
  assert_refused (accept (fixture->project, frame, &error), &error, LW_STORE_ERROR_CONTRACT);
  fixture_undo (fixture->project, frame);                                                          /* what was taken back is no work … */
  g_autoptr(LwFrame) back = lw_project_get_frame (fixture->project, frame, NULL);
  g_assert_cmpint (back->status, ==, LW_FRAME_ACCEPTED);
  g_assert_true (lw_project_act (fixture->project, &frame, 1, LW_ACTION_RETURN, "again", &error));
  g_assert_true (lw_project_act (fixture->project, &frame, 1, LW_ACTION_SUBMIT, NULL, &error));
  assert_refused (accept (fixture->project, frame, &error), &error, LW_STORE_ERROR_CONTRACT);      /* … but it was I who submitted it */
  set_contract (fixture->project, (LwContract) { 0 });
  g_assert_true (accept (fixture->project, frame, &error));
}

/* The same frame, painted and submitted by somebody else: only then may this person accept it. */
static void
test_somebody_else (void)
{
  g_autoptr(Fixture) fixture = make_labelled (1);
  g_autoptr(GError) error = NULL;
  gint64 frame = fixture_frame (fixture->project, 0);
  set_contract (fixture->project, (LwContract) { .other = TRUE });
  g_assert_true (lw_project_act (fixture->project, &frame, 1, LW_ACTION_SUBMIT, NULL, &error));
  g_assert_true (lw_project_close (fixture->project, NULL));
  fixture_sql (fixture->folder, "DROP TRIGGER stroke_UPDATE_refused; DROP TRIGGER review_UPDATE_refused; UPDATE stroke SET actor = 'ann', person = NULL; UPDATE review SET person = 'ann'");
  fixture_reopen (fixture);
  g_autofree char *me = lw_author_dup_name ();
  g_assert_true (lw_project_assign (fixture->project, &frame, 1, me, NULL, &error));
  assert_refused (accept (fixture->project, frame, &error), &error, LW_STORE_ERROR_CONTRACT);
  g_assert_true (lw_project_assign (fixture->project, &frame, 1, "ann", NULL, &error));
  g_assert_true (accept (fixture->project, frame, &error));
  g_assert_no_error (error);
}

/* ---- verdicts ---- */

static void
test_verdicts (void)
{
  g_autoptr(Fixture) fixture = make_labelled (1);
  g_autoptr(GError) error = NULL;
  gint64 frame = fixture_frame (fixture->project, 0);
  g_assert_true (lw_project_act (fixture->project, &frame, 1, LW_ACTION_SUBMIT, NULL, &error));
  g_assert_true (lw_project_act (fixture->project, &frame, 1, LW_ACTION_RETURN, "the left kerb", &error));
  g_assert_true (lw_project_act (fixture->project, &frame, 1, LW_ACTION_SUBMIT, NULL, &error));
  g_assert_true (accept (fixture->project, frame, &error));
  g_autofree char *me = lw_author_dup_name ();
  g_autoptr(GPtrArray) verdicts = lw_project_list_verdicts (fixture->project, frame, &error);
  static const LwAction expected[] = { LW_ACTION_ACCEPT, LW_ACTION_SUBMIT, LW_ACTION_RETURN, LW_ACTION_SUBMIT };
  g_assert_cmpuint (verdicts->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < verdicts->len; i++)
    g_assert_cmpint (((LwVerdict *) verdicts->pdata[i])->action, ==, expected[i]);
  g_assert_cmpstr (((LwVerdict *) verdicts->pdata[2])->message, ==, "the left kerb");
  g_assert_cmpstr (((LwVerdict *) verdicts->pdata[2])->person, ==, me);
  fixture_assert_sound (fixture->project);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/review/assign", test_assign);
  g_test_add_func ("/store/review/threads", test_threads);
  g_test_add_func ("/store/review/bad-comments", test_bad_comments);
  g_test_add_func ("/store/review/comment-of-another", test_comment_of_another);
  g_test_add_func ("/store/review/coverage", test_coverage);
  g_test_add_func ("/store/review/locked", test_locked);
  g_test_add_func ("/store/review/locked-import", test_locked_import);
  g_test_add_func ("/store/review/talk-and-reviewer", test_talk_and_reviewer);
  g_test_add_func ("/store/review/somebody-else", test_somebody_else);
  g_test_add_func ("/store/review/verdicts", test_verdicts);
  return g_test_run ();
}
