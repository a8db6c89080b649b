/* test-merge.c: packages hold their frames and no others; what was done in them comes back once; where both sides worked, nothing of either is lost unasked */
#include "config.h"
#include "fixture.h"

#include <string.h>
#include "store/merge.h"
#include "store/author.h"
#include "store/past.h"
#include "store/project/project-private.h"
#include "store/review.h"

#define SIDE 200

typedef struct { Fixture *fixture; LwProject *ours, *theirs; char *folder; } Rig;

static void
close_project (LwProject **project)
{
  g_autoptr(GError) error = NULL;
  lw_project_close (*project, &error);
  g_assert_no_error (error);
  g_clear_object (project);
}

static void
rig_clear (Rig *rig)
{
  close_project (&rig->theirs);
  fixture_free (rig->fixture);
  g_free (rig->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rig, rig_clear)

static void
revise (LwProject *project, gint64 frame)
{
  g_autoptr(GError) error = NULL;
  lw_project_add_revision (project, frame, LW_REVISION_MANUAL, "note", &error);
  g_assert_no_error (error);
}

/* Three frames, each with a stroke and a revision; a package of the first two. */
static void
rig_init (Rig *rig)
{
  g_autoptr(GError) error = NULL;
  *rig = (Rig) { .fixture = fixture_new () };
  rig->ours = rig->fixture->project;
  rig->folder = g_build_filename (rig->fixture->root, "elsewhere", "package", NULL);
  fixture_add_video (rig->fixture, "clip.mp4", 3, SIDE, SIDE);
  for (guint i = 0; i < 3; i++)
    {
      fixture_stroke (rig->ours, fixture_frame (rig->ours, i), (LwRect) { 0, 0, SIDE, 100 }, 1);
      revise (rig->ours, fixture_frame (rig->ours, i));
    }
  gint64 frames[] = { fixture_frame (rig->ours, 0), fixture_frame (rig->ours, 1) };
  g_assert_true (lw_project_package (rig->ours, frames, 2, rig->folder, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  rig->theirs = lw_project_open (rig->folder, &error);
  g_assert_no_error (error);
}

static int
take_ours (const LwMergeRegion *region, gpointer data)
{
  return 0;
}

static int
take_theirs (const LwMergeRegion *region, gpointer data)
{
  return 1;
}

static int
decide_nothing (const LwMergeRegion *region, gpointer data)
{
  return -1;
}

static void
merge (Rig *rig, LwMergeChoose choose, LwMergeReport *report)
{
  g_autoptr(GError) error = NULL;
  lw_project_merge (rig->ours, rig->theirs, choose, NULL, FALSE, report, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_nothing_new (Rig *rig)
{
  g_auto(LwMergeReport) report = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) before = lw_project_find_revisions (rig->ours, &(LwRevisionFilter) { .kind = -1 }, &error);
  g_autoptr(GPtrArray) audit = lw_project_list_audit (rig->ours, 0, &error);
  merge (rig, decide_nothing, &report);
  g_autoptr(GPtrArray) after = lw_project_find_revisions (rig->ours, &(LwRevisionFilter) { .kind = -1 }, &error);
  g_autoptr(GPtrArray) audit_after = lw_project_list_audit (rig->ours, 0, &error);
  g_assert_cmpuint (report.same, ==, 2);
  g_assert_cmpuint (report.taken + report.merged + report.strokes + report.revisions, ==, 0);
  g_assert_cmpuint (before->len, ==, after->len);
  g_assert_cmpuint (audit->len, ==, audit_after->len);
}

static void
test_package (void)
{
  g_auto(Rig) rig = { 0 };
  g_autoptr(GError) error = NULL;
  rig_init (&rig);
  fixture_assert_sound (rig.theirs);
  g_autoptr(GPtrArray) frames = lw_project_list_frames (rig.theirs, &error), revisions = lw_project_find_revisions (rig.theirs, &(LwRevisionFilter) { .kind = -1 }, &error);
  g_assert_cmpuint (frames->len, ==, 2);
  g_assert_cmpuint (revisions->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(LwPlanes) here = fixture_load (rig.ours, fixture_frame (rig.ours, i), NULL), there = fixture_load (rig.theirs, fixture_frame (rig.theirs, i), NULL);
      fixture_assert_planes_equal (here, there);
    }
  assert_nothing_new (&rig);
  g_assert_false (lw_project_package (rig.ours, NULL, 0, rig.folder, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
}

static void
paint_as (LwProject *project, gint64 frame, const char *who, LwRect rect, guint8 class_id)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, &history);
  int origin = lw_project_get_origin (project, LW_ORIGIN_PERSON, who, 0, &error);
  g_assert_cmpint (origin, >=, 0);
  g_autoptr(LwDiff) diff = fixture_paint (planes, rect, class_id, (guint8) origin);
  lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .tool = "brush", .origin = (guint8) origin, .base_seq = history->seq }, diff, &error);
  g_assert_no_error (error);
}

/* Both sides learn of a person meanwhile, and both give that person the same number. */
static void
test_taken (void)
{
  g_auto(Rig) rig = { 0 };
  g_autoptr(GError) error = NULL;
  g_auto(LwMergeReport) report = { 0 };
  rig_init (&rig);
  gint64 here = fixture_frame (rig.ours, 0), there = fixture_frame (rig.theirs, 0);
  paint_as (rig.ours, fixture_frame (rig.ours, 2), "ann", (LwRect) { 0, 0, 50, 50 }, 3);
  paint_as (rig.theirs, there, "bob", (LwRect) { 10, 10, 100, 150 }, 2);
  paint_as (rig.theirs, there, "bob", (LwRect) { 0, 0, 30, 30 }, 4);
  fixture_undo (rig.theirs, there);
  paint_as (rig.theirs, there, "bob", (LwRect) { 90, 90, 60, 60 }, 3);
  g_assert_true (lw_project_act (rig.theirs, &there, 1, LW_ACTION_ACCEPT, "done", &error));
  merge (&rig, decide_nothing, &report);
  g_assert_cmpuint (report.taken, ==, 1);
  g_assert_cmpuint (report.same, ==, 1);
  g_assert_cmpuint (report.strokes, ==, 4);
  g_assert_cmpuint (report.revisions, ==, 1);

  g_autoptr(LwPlanes) ours = fixture_load (rig.ours, here, NULL), theirs = fixture_load (rig.theirs, there, NULL);
  g_assert_true (lw_label_map_equal (ours->plane[LW_PLANE_CLASS], theirs->plane[LW_PLANE_CLASS]));
  int bob = lw_project_get_origin (rig.ours, LW_ORIGIN_PERSON, "bob", 0, &error), ann = lw_project_get_origin (rig.ours, LW_ORIGIN_PERSON, "ann", 0, &error);
  g_assert_cmpint (bob, !=, ann);
  g_assert_cmpint (lw_label_map_get (ours->plane[LW_PLANE_ORIGIN], 100, 100), ==, bob);
  g_autoptr(LwFrame) frame = lw_project_get_frame (rig.ours, here, &error);
  g_assert_cmpint (frame->status, ==, LW_FRAME_ACCEPTED);
  fixture_assert_sound (rig.ours);
  assert_nothing_new (&rig);
  fixture_undo (rig.ours, here);      /* what bob painted last, undone in this copy */
  g_autoptr(LwPlanes) before = fixture_load (rig.ours, here, NULL);
  g_assert_cmpint (lw_label_map_get (before->plane[LW_PLANE_CLASS], 140, 140), ==, LW_LABEL_NONE);
  fixture_assert_sound (rig.ours);
}

/* Who only reviews paints nothing. */
static void
test_reviewed (void)
{
  g_auto(Rig) rig = { 0 };
  g_autoptr(GError) error = NULL;
  g_auto(LwMergeReport) report = { 0 };
  rig_init (&rig);
  gint64 here[] = { fixture_frame (rig.ours, 0), fixture_frame (rig.ours, 1) }, there[] = { fixture_frame (rig.theirs, 0), fixture_frame (rig.theirs, 1) };
  g_assert_true (lw_project_act (rig.theirs, there, 2, LW_ACTION_ACCEPT, "fine", &error));
  g_assert_true (lw_project_act (rig.ours, &here[1], 1, LW_ACTION_SUBMIT, "later", &error));
  merge (&rig, decide_nothing, &report);
  g_assert_cmpuint (report.taken, ==, 1);
  g_autoptr(LwFrame) first = lw_project_get_frame (rig.ours, here[0], &error), second = lw_project_get_frame (rig.ours, here[1], &error);
  g_assert_cmpint (first->status, ==, LW_FRAME_ACCEPTED);
  g_assert_cmpint (second->status, ==, LW_FRAME_SUBMITTED);      /* what came last */
  g_assert_cmpint (lw_project_create_dataset (rig.ours, "all", NULL, 0, &(LwSplitOptions) { .val_fraction = 0.25 }, 0, &error), >, 0);      /* of the revision that came along */
  g_assert_no_error (error);
  fixture_assert_sound (rig.ours);
  assert_nothing_new (&rig);
}

static void
paint_both (Rig *rig)
{
  gint64 here = fixture_frame (rig->ours, 0), there = fixture_frame (rig->theirs, 0);
  paint_as (rig->ours, here, "ann", (LwRect) { 0, 0, 40, 40 }, 2);          /* ours alone */
  paint_as (rig->theirs, there, "bob", (LwRect) { 150, 150, 40, 40 }, 3);   /* theirs alone */
  paint_as (rig->ours, here, "ann", (LwRect) { 60, 60, 40, 40 }, 2);        /* both, and they disagree */
  paint_as (rig->theirs, there, "bob", (LwRect) { 80, 80, 40, 40 }, 4);
  paint_as (rig->ours, here, "ann", (LwRect) { 0, 120, 20, 20 }, 2);        /* both, and they agree */
  paint_as (rig->theirs, there, "bob", (LwRect) { 0, 120, 20, 20 }, 2);
  revise (rig->theirs, there);
}

static int
class_at (LwProject *project, gint64 frame, int x, int y)
{
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, NULL);
  return lw_label_map_get (planes->plane[LW_PLANE_CLASS], x, y);
}

/* By hand, of what paint_both() did: labelled by both are the upper 200 x 100 and the square that they agree on, 20,400 pixels. Ours has 16,800 of class 1 and 3,600 of 2,
 * theirs 19,200, 400 and, of 4, 800; on 16,400 of 1 and 400 of 2 they agree. */
static void
assert_agreement (const LwConfusion *agreement)
{
  const double all = 20400, agreed = 16800 / all, by_chance = (16800. * 19200 + 3600. * 400) / (all * all);
  g_autoptr(LwScores) scores = lw_confusion_score (agreement);
  g_assert_cmpfloat_with_epsilon (scores->global_accuracy, agreed, 1e-12);
  g_assert_cmpfloat_with_epsilon (lw_confusion_kappa (agreement), (agreed - by_chance) / (1 - by_chance), 1e-12);
  g_assert_cmpfloat_with_epsilon (scores->iou[1], 16400. / (16800 + 19200 - 16400), 1e-12);
  g_assert_cmpfloat_with_epsilon (scores->iou[2], 400. / (3600 + 400 - 400), 1e-12);
  g_assert_cmpfloat (scores->iou[4], ==, 0);
}

static void
test_conflict (gconstpointer data)
{
  gboolean theirs_win = data != NULL;
  g_auto(Rig) rig = { 0 };
  g_autoptr(GError) error = NULL;
  g_auto(LwMergeReport) refused = { 0 }, report = { 0 }, again = { 0 };
  rig_init (&rig);
  paint_both (&rig);
  gint64 here = fixture_frame (rig.ours, 0), there = fixture_frame (rig.theirs, 0);
  g_autoptr(LwPlanes) before = fixture_load (rig.ours, here, NULL);
  g_assert_false (lw_project_merge (rig.ours, rig.theirs, decide_nothing, NULL, FALSE, &refused, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT);
  g_assert_cmpuint (refused.regions->len, ==, 1);
  const LwMergeRegion *region = refused.regions->pdata[0];
  g_assert_cmpuint (region->pixels, ==, 400);
  g_assert_cmpint (region->x, ==, 80);
  g_assert_cmpint (region->ours, ==, 2);
  g_assert_cmpint (region->theirs, ==, 4);
  g_assert_cmpint (region->theirs_at, >, region->ours_at);
  assert_agreement (refused.agreement);
  g_autoptr(LwPlanes) still = fixture_load (rig.ours, here, NULL);
  fixture_assert_planes_equal (still, before);

  merge (&rig, theirs_win ? take_theirs : take_ours, &report);
  g_assert_cmpuint (report.merged, ==, 1);
  g_assert_cmpuint (report.revisions, ==, 1);
  g_assert_cmpint (class_at (rig.ours, here, 5, 5), ==, 2);
  g_assert_cmpint (class_at (rig.ours, here, 160, 160), ==, 3);
  g_assert_cmpint (class_at (rig.ours, here, 65, 65), ==, 2);
  g_assert_cmpint (class_at (rig.ours, here, 110, 110), ==, 4);
  g_assert_cmpint (class_at (rig.ours, here, 90, 90), ==, theirs_win ? 4 : 2);
  g_assert_cmpint (class_at (rig.ours, here, 10, 130), ==, 2);
  fixture_assert_sound (rig.ours);
  assert_nothing_new (&rig);

  /* Work goes on in both, and comes together again, without the old conflict. */
  fixture_stroke (rig.theirs, there, (LwRect) { 190, 0, 10, 10 }, 0);
  fixture_stroke (rig.ours, here, (LwRect) { 0, 190, 10, 10 }, 0);
  merge (&rig, decide_nothing, &again);
  g_assert_cmpint (class_at (rig.ours, here, 195, 5), ==, 0);
  g_assert_cmpint (class_at (rig.ours, here, 5, 195), ==, 0);
  g_assert_cmpint (class_at (rig.ours, here, 90, 90), ==, theirs_win ? 4 : 2);
  fixture_assert_sound (rig.ours);
  assert_nothing_new (&rig);

  /* The snapshot from before the first merge leads back. */
  LwRestored restored;
  g_autoptr(GPtrArray) snapshots = lw_project_list_snapshots (rig.ours, &error);
  g_assert_cmpuint (snapshots->len, ==, 2);
  g_assert_true (lw_project_restore_snapshot (rig.ours, &here, 1, ((LwSnapshot *) snapshots->pdata[1])->name, &restored, NULL, NULL, NULL, &error));
  g_autoptr(LwPlanes) back = fixture_load (rig.ours, here, NULL);
  fixture_assert_planes_equal (back, before);
}

static void
look (Rig *rig, LwMergeReport *report)
{
  g_autoptr(GError) error = NULL;
  g_assert_true (lw_project_merge (rig->ours, rig->theirs, decide_nothing, NULL, TRUE, report, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* What was decided is there again when the project is, until a region is another one, or the merge is done. */
static void
test_decisions (void)
{
  g_auto(Rig) rig = { 0 };
  g_autoptr(GError) error = NULL;
  rig_init (&rig);
  gint64 here = fixture_frame (rig.ours, 0);
  paint_both (&rig);
  paint_as (rig.ours, fixture_frame (rig.ours, 1), "ann", (LwRect) { 10, 10, 20, 20 }, 2);
  paint_as (rig.theirs, fixture_frame (rig.theirs, 1), "bob", (LwRect) { 10, 10, 20, 20 }, 3);
  g_autofree char *key = lw_merge_dup_key (rig.theirs);
  g_auto(LwMergeReport) first = { 0 };
  look (&rig, &first);
  g_assert_cmpuint (first.regions->len, ==, 2);
  ((LwMergeRegion *) first.regions->pdata[0])->taken = 1;
  ((LwMergeRegion *) first.regions->pdata[1])->taken = 0;
  g_assert_true (lw_project_keep_merge_decisions (rig.ours, key, first.regions, &error));
  fixture_reopen (rig.fixture);
  rig.ours = rig.fixture->project;

  g_auto(LwMergeReport) second = { 0 };
  look (&rig, &second);
  g_assert_cmpuint (lw_project_recall_merge_decisions (rig.ours, key, second.regions), ==, 2);
  g_assert_cmpint (((LwMergeRegion *) second.regions->pdata[0])->taken, ==, 1);
  g_assert_cmpint (((LwMergeRegion *) second.regions->pdata[1])->taken, ==, 0);

  paint_as (rig.ours, here, "ann", (LwRect) { 85, 85, 5, 5 }, 1);      /* where the first one is */
  g_auto(LwMergeReport) third = { 0 };
  look (&rig, &third);
  guint n_first = 0;
  g_assert_cmpuint (lw_project_recall_merge_decisions (rig.ours, key, third.regions), ==, 1);
  for (guint i = 0; i < third.regions->len; i++)
    {
      const LwMergeRegion *region = third.regions->pdata[i];
      gboolean same = region->box.x == 10;
      n_first += same;
      g_assert_cmpint (region->taken, ==, same ? 0 : -1);
    }
  g_assert_cmpuint (n_first, ==, 1);

  g_assert_true (lw_project_set_setting (rig.ours, key, "1\n2abc\n\n-1\n", &error));      /* nonsense decides nothing */
  g_assert_cmpuint (lw_project_recall_merge_decisions (rig.ours, key, third.regions), ==, 0);
  g_assert_true (lw_project_keep_merge_decisions (rig.ours, key, NULL, &error));
  g_autofree char *left = lw_project_get_setting (rig.ours, key);
  g_assert_null (left);
}

static void
test_strangers (void)
{
  g_auto(Rig) rig = { 0 };
  g_autoptr(Fixture) stranger = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_auto(LwMergeReport) report = { 0 };
  rig_init (&rig);
  g_assert_false (lw_project_merge (rig.ours, stranger->project, take_ours, NULL, FALSE, &report, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
}

/* ---- killed on the way ---- */

static const char *own_path;

/* What the child does. */
static int
merge_as_told (const char *ours, const char *theirs)
{
  g_auto(LwMergeReport) report = { 0 };
  g_autoptr(LwProject) project = lw_project_open (ours, NULL), other = lw_project_open (theirs, NULL);
  return project != NULL && other != NULL && lw_project_merge (project, other, take_theirs, NULL, FALSE, &report, NULL, NULL, NULL, NULL) ? 0 : 1;
}

static void
kill_a_merge (Rig *rig, gint64 after_us)
{
  g_autoptr(GError) error = NULL;
  const char *argv[] = { own_path, "--merge", rig->fixture->folder, rig->folder, NULL };
  g_autoptr(GSubprocess) child = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, &error);
  g_assert_no_error (error);
  g_usleep ((gulong) after_us);
  g_subprocess_force_exit (child);
  g_subprocess_wait (child, NULL, NULL);
}

/* Whenever it dies, both projects are sound, and the next merge completes what was begun. */
static void
test_killed (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  for (int round = 0; round < 12; round++)
    {
      g_auto(Rig) rig = { 0 };
      g_autoptr(GError) error = NULL;
      g_auto(LwMergeReport) report = { 0 };
      rig_init (&rig);
      paint_both (&rig);
      gint64 there = fixture_frame (rig.theirs, 1);
      for (int i = 0; i < 20; i++)
        paint_as (rig.theirs, there, "bob", (LwRect) { i * 8, i * 8, 30, 30 }, (guint8) (i % 5));
      close_project (&rig.theirs);
      g_assert_true (lw_project_close (rig.ours, &error));
      kill_a_merge (&rig, g_rand_int_range (rand, 2000, 90000));
      fixture_reopen (rig.fixture);
      rig.ours = rig.fixture->project;
      rig.theirs = lw_project_open (rig.folder, &error);
      g_assert_no_error (error);
      fixture_assert_sound (rig.ours);
      fixture_assert_sound (rig.theirs);
      merge (&rig, take_theirs, &report);
      fixture_assert_sound (rig.ours);
      gint64 here = fixture_frame (rig.ours, 0);
      g_assert_cmpint (class_at (rig.ours, here, 5, 5), ==, 2);
      g_assert_cmpint (class_at (rig.ours, here, 90, 90), ==, 4);
      g_assert_cmpint (class_at (rig.ours, here, 160, 160), ==, 3);
      g_autoptr(LwPlanes) ours = fixture_load (rig.ours, fixture_frame (rig.ours, 1), NULL), theirs = fixture_load (rig.theirs, fixture_frame (rig.theirs, 1), NULL);
      g_assert_true (lw_label_map_equal (ours->plane[LW_PLANE_CLASS], theirs->plane[LW_PLANE_CLASS]));
      assert_nothing_new (&rig);
    }
}

/* One frame that only they worked on and submitted, one that both did: one step, there and back, and back again; merging once more changes nothing all the while. */
static void
test_undo (void)
{
  g_auto(Rig) rig = { 0 };
  g_autoptr(GError) error = NULL;
  rig_init (&rig);
  gint64 alone = fixture_frame (rig.ours, 0), both = fixture_frame (rig.ours, 1), theirs = fixture_frame (rig.theirs, 0);
  fixture_stroke (rig.theirs, theirs, (LwRect) { 0, 150, 20, 20 }, 2);
  fixture_stroke (rig.theirs, theirs, (LwRect) { 10, 160, 20, 20 }, 3);
  g_assert_true (lw_project_act (rig.theirs, &theirs, 1, LW_ACTION_SUBMIT, NULL, &error));
  fixture_stroke (rig.theirs, fixture_frame (rig.theirs, 1), (LwRect) { 0, 0, 10, 10 }, 2);
  fixture_stroke (rig.ours, both, (LwRect) { 5, 5, 10, 10 }, 3);
  g_autoptr(LwPlanes) first = fixture_load (rig.ours, alone, NULL), second = fixture_load (rig.ours, both, NULL);
  g_auto(LwMergeReport) report = { 0 };
  merge (&rig, take_theirs, &report);
  g_assert_cmpint (report.step, !=, 0);
  g_autoptr(LwPlanes) merged = fixture_load (rig.ours, alone, NULL), put_together = fixture_load (rig.ours, both, NULL);
  g_assert_cmpint (lw_label_map_get (merged->plane[LW_PLANE_CLASS], 25, 175), ==, 3);

  guint n_left = 9;
  gint64 undone = lw_project_take_back (rig.ours, report.step, &n_left, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_left, ==, 0);
  g_autoptr(LwPlanes) first_again = fixture_load (rig.ours, alone, NULL), second_again = fixture_load (rig.ours, both, NULL);
  g_autoptr(LwFrame) frame = lw_project_get_frame (rig.ours, alone, NULL);
  fixture_assert_planes_equal (first, first_again);
  fixture_assert_planes_equal (second, second_again);
  g_assert_cmpint (frame->status, ==, LW_FRAME_IN_PROGRESS);
  assert_nothing_new (&rig);
  g_assert_cmpint (lw_project_take_back (rig.ours, undone, &n_left, &error), !=, 0);
  g_autoptr(LwPlanes) merged_again = fixture_load (rig.ours, alone, NULL), together_again = fixture_load (rig.ours, both, NULL);
  g_autoptr(LwFrame) redone = lw_project_get_frame (rig.ours, alone, NULL);
  fixture_assert_planes_equal (merged, merged_again);
  fixture_assert_planes_equal (put_together, together_again);
  g_assert_cmpint (redone->status, ==, LW_FRAME_SUBMITTED);
  fixture_assert_sound (rig.ours);
}

/* A frame that was painted on since the merge stays as it is. */
static void
test_undo_later (void)
{
  g_auto(Rig) rig = { 0 };
  g_autoptr(GError) error = NULL;
  rig_init (&rig);
  for (guint i = 0; i < 2; i++)
    fixture_stroke (rig.theirs, fixture_frame (rig.theirs, i), (LwRect) { 0, 150, 20, 20 }, 2);
  g_auto(LwMergeReport) report = { 0 };
  merge (&rig, take_theirs, &report);
  fixture_stroke (rig.ours, fixture_frame (rig.ours, 1), (LwRect) { 90, 90, 5, 5 }, 4);
  g_autoptr(LwPlanes) before = fixture_load (rig.ours, fixture_frame (rig.ours, 1), NULL);
  guint n_left = 9;
  g_assert_cmpint (lw_project_take_back (rig.ours, report.step, &n_left, &error), !=, 0);
  g_assert_cmpuint (n_left, ==, 1);
  g_autoptr(LwPlanes) after = fixture_load (rig.ours, fixture_frame (rig.ours, 1), NULL);
  fixture_assert_planes_equal (before, after);
}

/* What was said and judged on either side is there on both in the end, once. */
static void
test_review (void)
{
  g_auto(Rig) rig = { 0 };
  g_autoptr(GError) error = NULL;
  rig_init (&rig);
  gint64 here = fixture_frame (rig.ours, 0), there = fixture_frame (rig.theirs, 0);
  gint64 thread = lw_project_add_comment (rig.theirs, there, 3, 4, "look here", &error);
  g_assert_cmpint (lw_project_answer_comment (rig.theirs, thread, "yes", &error), !=, 0);
  g_assert_true (lw_project_resolve_thread (rig.theirs, thread, TRUE, &error));
  g_assert_cmpint (lw_project_add_comment (rig.ours, here, 9, 9, "ours", &error), !=, 0);
  g_assert_true (lw_project_act (rig.theirs, &there, 1, LW_ACTION_SUBMIT, "please", &error));
  g_autoptr(GPtrArray) packages = lw_project_list_packages (rig.ours, &error);
  g_assert_cmpuint (packages->len, ==, 1);
  g_assert_cmpint (((LwPackage *) packages->pdata[0])->merged, ==, 0);
  g_auto(LwMergeReport) report = { 0 };
  merge (&rig, take_theirs, &report);
  assert_nothing_new (&rig);

  g_autoptr(GPtrArray) threads = lw_project_list_threads (rig.ours, here, &error), verdicts = lw_project_list_verdicts (rig.ours, here, &error);
  g_assert_cmpuint (threads->len, ==, 2);
  const LwThread *first = threads->pdata[0];
  g_assert_true (first->resolved && first->x == 3 && first->comments->len == 2);
  g_assert_cmpuint (verdicts->len, ==, 1);
  g_assert_cmpstr (((LwVerdict *) verdicts->pdata[0])->message, ==, "please");
  g_autoptr(GPtrArray) back = lw_project_list_packages (rig.ours, &error);
  g_assert_cmpint (((LwPackage *) back->pdata[0])->merged, !=, 0);
  fixture_assert_sound (rig.ours);
}

static gboolean
file_holds (const char *folder, const char *words)
{
  g_autofree char *path = g_build_filename (folder, "project.sqlite", NULL), *contents = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  return memmem (contents, length, words, strlen (words)) != NULL;
}

/* In a package that leaves the house nobody has a name; back home everybody has theirs. */
static void
test_nameless (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_build_filename (fixture->root, "out", NULL);
  LwProject *project = fixture->project;
  g_autofree char *config = g_build_filename (g_get_user_config_dir (), "labelwright", NULL);
  g_assert_cmpint (g_mkdir_with_parents (config, 0700), ==, 0);      /* the test before this one took its folders away */
  fixture_add_video (fixture, "clip.mp4", 1, SIDE, SIDE);
  gint64 frame = fixture_frame (project, 0);
  g_assert_true (lw_project_set_author_name (project, "Zenobia Quist", &error));
  fixture_stroke (project, frame, (LwRect) { 0, 0, 9, 9 }, 1);
  g_assert_true (lw_project_assign (project, &frame, 1, "Xaver Immerda", NULL, &error));
  g_assert_cmpint (lw_project_add_comment (project, frame, 1, 1, "what", &error), !=, 0);
  for (int i = 0; i < 200; i++)      /* pages of the log, which the package has no use for */
    g_assert_true (lw_project_assign (project, &frame, 1, i % 2 == 0 ? "Yorick" : "Xaver Immerda", NULL, &error));
  const LwPackageOptions options = { .person = "Studio 7", .nameless = TRUE };
  g_assert_true (lw_project_package_for (project, &frame, 1, &options, folder, NULL, NULL, NULL, &error));
  g_assert_false (file_holds (folder, "Zenobia") || file_holds (folder, "Xaver"));
  g_assert_true (file_holds (folder, "Studio 7"));

  LwProject *out = lw_project_open (folder, &error);
  g_assert_no_error (error);
  gint64 n_free = -1;
  {
    g_autoptr(LwDb) db = lw_project_read (out, &error);
    g_assert_cmpint (lw_db_get (db, &n_free, &error, "PRAGMA freelist_count", ""), ==, 1);
  }
  g_assert_cmpint (n_free, ==, 0);      /* nothing of what was cut out lies in pages that nobody uses */
  fixture_assert_sound (out);
  g_auto(LwMergeReport) report = { 0 };
  g_assert_true (lw_project_merge (project, out, take_theirs, NULL, FALSE, &report, NULL, NULL, NULL, &error));
  close_project (&out);
  g_autoptr(GPtrArray) threads = lw_project_list_threads (project, frame, &error);
  g_assert_cmpstr (((LwComment *) ((LwThread *) threads->pdata[0])->comments->pdata[0])->author, ==, "Zenobia Quist");
  fixture_assert_sound (project);
}

static guint
count_frames (const char *folder)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwProject) package = lw_project_open (folder, &error);
  g_assert_no_error (error);
  g_autoptr(GPtrArray) frames = lw_project_list_frames (package, &error);
  g_assert_no_error (error);
  fixture_assert_sound (package);
  close_project (&package);
  return frames->len;
}

/* Each gets the frames that are assigned to him or her, and nobody those of nobody; names that no folder can have, or that two would share, are told apart. */
static void
test_split (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Fixture) fixture = fixture_new ();
  LwProject *project = fixture->project;
  const char *const persons[] = { "Ann", "A/B", "A B", "Ann" };
  fixture_add_video (fixture, "clip.mp4", 5, SIDE, SIDE);
  g_autofree char *parent = g_build_filename (fixture->root, "packages", NULL), *name = lw_project_dup_name (project);
  g_assert_null (lw_project_split (project, parent, FALSE, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  for (guint i = 0; i < G_N_ELEMENTS (persons); i++)
    {
      gint64 frame = fixture_frame (project, i);
      g_assert_true (lw_project_assign (project, &frame, 1, persons[i], NULL, &error));
    }
  g_autoptr(GPtrArray) folders = lw_project_split (project, parent, FALSE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, ==, 3);
  const char *const endings[] = { "-for-Ann", "-for-A-B", "-for-A-B-2" };
  const guint counts[] = { 2, 1, 1 };
  for (guint i = 0; i < folders->len; i++)
    {
      g_autofree char *folder = g_strconcat (parent, "/", name, endings[i], NULL);
      g_assert_cmpstr (folders->pdata[i], ==, folder);
      g_assert_cmpuint (count_frames (folder), ==, counts[i]);
    }
  g_autoptr(GPtrArray) packages = lw_project_list_packages (project, &error);
  g_assert_cmpuint (packages->len, ==, 3);
  g_assert_null (lw_project_split (project, parent, FALSE, NULL, NULL, NULL, &error));      /* the folders are there */
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--merge"))
    return merge_as_told (argv[2], argv[3]);
  own_path = argv[0];
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/merge/package", test_package);
  g_test_add_func ("/merge/taken", test_taken);
  g_test_add_func ("/merge/reviewed", test_reviewed);
  g_test_add_data_func ("/merge/conflict-ours", NULL, test_conflict);
  g_test_add_data_func ("/merge/conflict-theirs", "", test_conflict);
  g_test_add_func ("/merge/decisions", test_decisions);
  g_test_add_func ("/merge/strangers", test_strangers);
  g_test_add_func ("/merge/killed", test_killed);
  g_test_add_func ("/merge/undo", test_undo);
  g_test_add_func ("/merge/undo-later", test_undo_later);
  g_test_add_func ("/merge/review", test_review);
  g_test_add_func ("/merge/nameless", test_nameless);
  g_test_add_func ("/merge/split", test_split);
  return g_test_run ();
}
