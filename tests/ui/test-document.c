/* test-document.c: strokes reach the disk in order, come back by undo, and survive restarts, conflicts and changes of frame */
#include "config.h"
#include "fixture.h"
#include "label/raster.h"
#include <glib/gstdio.h>
#include <string.h>

typedef struct { LwEdit *edit; guint8 class_id; } Paint;

static void
paint_span (int y, int x0, int x1, gpointer data)
{
  const Paint *paint = data;
  lw_edit_span (paint->edit, y, x0, x1, paint->class_id);
}

static void
dab (LwEdit *edit, double x, double y, double radius, guint8 class_id, int width, int height)
{
  Paint paint = { edit, class_id };
  lw_raster_brush (LW_BRUSH_ROUND, x, y, radius, x, y, radius, &(LwRect) { 0, 0, width, height }, paint_span, &paint);
}

static void
paint (LwDocument *document, double x, double y, double radius, guint8 class_id)
{
  const LwFrame *frame = lw_document_get_frame (document);
  LwEdit *edit = lw_document_begin_edit (document, NULL);

  g_assert_nonnull (edit);
  dab (edit, x, y, radius, class_id, frame->width, frame->height);
  lw_document_end_edit (document, "brush");
}

static void
paint_random (LwDocument *document)
{
  const LwFrame *frame = lw_document_get_frame (document);
  int label = g_test_rand_int_range (-1, 11);

  paint (document, g_test_rand_double_range (0, frame->width), g_test_rand_double_range (0, frame->height), g_test_rand_double_range (1, 30),
         (guint8) (label < 0 ? LW_LABEL_NONE : label));
}

static void
wait_saved (LwDocument *document)
{
  fixture_wait (lw_document_get_n_unsaved (document) == 0);
}

static void
test_open (void)
{
  g_autoptr(Fixture) fixture = fixture_new (200, 150, 2);
  LwDocument *document = lw_document_new (fixture->project);

  g_assert_null (lw_document_get_frame (document));
  g_assert_null (lw_document_begin_edit (document, NULL));
  lw_document_undo (document);
  lw_document_open (document, fixture_frame (fixture, 1));
  g_assert_true (lw_document_is_loading (document));
  g_assert_null (lw_document_begin_edit (document, NULL));
  g_assert_cmpint (lw_document_get_frame (document)->id, ==, fixture_frame (fixture, 1)->id);
  fixture_wait (!lw_document_is_loading (document));
  g_assert_cmpint (lw_document_get_image (document)->width, ==, 200);
  g_assert_cmpint (lw_document_get_planes (document)->plane[0]->height, ==, 150);
  g_assert_nonnull (lw_document_get_source (document, fixture_frame (fixture, 1)->media));
  fixture_wait (lw_palette_find_name (lw_document_get_palette (document), "Road") != NULL);
  g_assert_finalize_object (document);
}

static void
count_cb (guint *count)
{
  ++*count;
}

static void
take_damage_cb (LwDocument *document, const LwRect *rect, LwRect *sum)
{
  *sum = lw_rect_union (*sum, *rect);
}

static void
test_stroke (void)
{
  g_autoptr(Fixture) fixture = fixture_new (300, 200, 1);
  LwDocument *document = fixture_open (fixture, 0);
  guint can_undo = 0, unsaved = 0, ended = 0;
  LwRect damage = { 0 };

  g_signal_connect_swapped (document, "notify::can-undo", G_CALLBACK (count_cb), &can_undo);
  g_signal_connect_swapped (document, "notify::n-unsaved", G_CALLBACK (count_cb), &unsaved);
  g_signal_connect_swapped (document, "edit-ended", G_CALLBACK (count_cb), &ended);
  g_signal_connect (document, "damaged", G_CALLBACK (take_damage_cb), &damage);
  paint (document, 100, 80, 10, 3);
  g_assert_cmpint (lw_label_map_get (lw_document_get_planes (document)->plane[0], 100, 80), ==, 3);     /* at once */
  g_assert_cmpuint (lw_document_get_n_unsaved (document), ==, 1);
  g_assert_true (lw_document_can_undo (document));
  g_assert_cmpuint (can_undo, >, 0);
  g_assert_cmpuint (ended, ==, 1);
  g_assert_cmpint (damage.x, ==, 90);
  g_assert_cmpint (damage.width, ==, 20);
  wait_saved (document);
  g_assert_cmpuint (unsaved, ==, 2);
  g_autoptr(LwPlanes) stored = fixture_stored_planes (fixture, 0);
  fixture_assert_planes (lw_document_get_planes (document), stored);
  g_assert_finalize_object (document);
}

static void
test_cancel (void)
{
  g_autoptr(Fixture) fixture = fixture_new (100, 100, 1);
  g_autoptr(LwDocument) document = fixture_open (fixture, 0);

  LwEdit *edit = lw_document_begin_edit (document, NULL);
  g_assert_null (lw_document_begin_edit (document, NULL));
  dab (edit, 50, 50, 20, 1, 100, 100);
  lw_document_cancel_edit (document);
  g_assert_cmpint (lw_label_map_get (lw_document_get_planes (document)->plane[0], 50, 50), ==, LW_LABEL_NONE);
  g_assert_false (lw_document_can_undo (document));
  edit = lw_document_begin_edit (document, NULL);
  lw_document_end_edit (document, "brush");                 /* nothing painted: nothing to undo, nothing to save */
  g_assert_false (lw_document_can_undo (document));
  g_assert_cmpuint (lw_document_get_n_unsaved (document), ==, 0);
}

/* Strokes, undos and redos at random against a list of every state there was; restarted now and then, so that most diffs come from disk. */
static void
test_undo (void)
{
  g_autoptr(Fixture) fixture = fixture_new (260, 140, 1);
  LwDocument *document = fixture_open (fixture, 0);
  g_autoptr(GPtrArray) states = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_planes_free);
  guint now = 0;

  g_ptr_array_add (states, lw_planes_copy (lw_document_get_planes (document)));
  for (int i = 0; i < (g_test_thorough () ? 10000 : 400); i++)
    {
      int what = g_test_rand_int_range (0, 100);
      if (what < 45)
        {
          LwPlanes *before = lw_planes_copy (lw_document_get_planes (document));
          paint_random (document);
          gboolean changed = !lw_label_map_equal (before->plane[0], lw_document_get_planes (document)->plane[0]) ||
                             !lw_label_map_equal (before->plane[1], lw_document_get_planes (document)->plane[1]);
          lw_planes_free (before);
          if (!changed)
            continue;
          g_ptr_array_set_size (states, (int) ++now);
          g_ptr_array_add (states, lw_planes_copy (lw_document_get_planes (document)));
        }
      else if (what < 75 && now > 0)
        {
          guint steps = (guint) g_test_rand_int_range (1, (int) MIN (now, 40) + 1);
          for (guint n = 0; n < steps; n++)
            lw_document_undo (document);
          now -= steps;
        }
      else if (what < 97 && now + 1 < states->len)
        {
          lw_document_redo (document);
          now++;
        }
      else if (what >= 97)
        {
          wait_saved (document);
          g_object_unref (document);
          fixture_reopen (fixture);
          document = fixture_open (fixture, 0);
        }
      /* An undo whose diff is on disk takes some turns of the main loop. */
      const LwPlanes *planes = lw_document_get_planes (document), *wanted = states->pdata[now];
      fixture_wait (lw_label_map_equal (planes->plane[0], wanted->plane[0]) && lw_label_map_equal (planes->plane[1], wanted->plane[1]));
      g_assert_cmpint (lw_document_can_undo (document), ==, now > 0);
      g_assert_cmpint (lw_document_can_redo (document), ==, now + 1 < states->len);
    }
  wait_saved (document);
  g_autoptr(LwPlanes) stored = fixture_stored_planes (fixture, 0);
  fixture_assert_planes (stored, states->pdata[now]);
  g_object_unref (document);
}

/* Away from a frame whose strokes aren't on disk yet, and back at once: they are there. */
static void
test_leave_and_return (void)
{
  g_autoptr(Fixture) fixture = fixture_new (400, 300, 2);
  g_autoptr(LwDocument) document = fixture_open (fixture, 0);

  for (int i = 0; i < 30; i++)
    paint_random (document);
  LwEdit *edit = lw_document_begin_edit (document, NULL);        /* and one in progress */
  dab (edit, 200, 150, 25, 7, 400, 300);
  g_autoptr(LwPlanes) painted = lw_planes_copy (lw_document_get_planes (document));
  lw_document_open (document, fixture_frame (fixture, 1));
  g_assert_null (lw_document_get_edit (document));
  lw_document_open (document, fixture_frame (fixture, 0));
  fixture_wait (!lw_document_is_loading (document));
  fixture_assert_planes (lw_document_get_planes (document), painted);
  paint (document, 10, 10, 5, 1);
  lw_document_undo (document);
  fixture_assert_planes (lw_document_get_planes (document), painted);
  lw_document_open (document, fixture_frame (fixture, 1));
  wait_saved (document);
  g_autoptr(LwPlanes) stored = fixture_stored_planes (fixture, 0);
  fixture_assert_planes (stored, painted);
}

/* The window is closed with strokes in the queue and one in the hand. */
static void
test_close (void)
{
  g_autoptr(Fixture) fixture = fixture_new (400, 300, 1);
  LwDocument *document = fixture_open (fixture, 0);

  for (int i = 0; i < 20; i++)
    paint_random (document);
  LwEdit *edit = lw_document_begin_edit (document, NULL);
  dab (edit, 200, 150, 25, 7, 400, 300);
  g_autoptr(LwPlanes) painted = lw_planes_copy (lw_document_get_planes (document));
  g_object_unref (document);
  fixture_reopen (fixture);
  g_autoptr(LwPlanes) stored = fixture_stored_planes (fixture, 0);
  fixture_assert_planes (stored, painted);
}

static void
test_apply (void)
{
  const LwProtection none = { 0 };
  g_autoptr(Fixture) fixture = fixture_new (200, 200, 1);
  g_autoptr(LwDocument) document = fixture_open (fixture, 0);
  g_autoptr(LwLabelMap) map = lw_label_map_new (200, 200);
  LwApplySelection all = { 0 };

  for (int y = 0; y < 200; y++)
    memset (lw_label_map_row (map, y), y < 100 ? 2 : 3, 200);
  lw_label_map_row (map, 0)[0] = LW_LABEL_NONE;
  g_assert_cmpuint (lw_document_apply_proposal (document, &all, &none, FALSE), ==, 0);     /* none yet */
  paint (document, 50, 50, 20, 5);
  fixture_propose (fixture, document, map);

  const LwPlanes *planes = lw_document_get_planes (document);
  g_autoptr(LwPlanes) before = lw_planes_copy (planes);
  LwApplySelection region = { .one_region = TRUE, .x = 10, .y = 150 };
  g_assert_cmpuint (lw_document_apply_proposal (document, &region, &none, FALSE), ==, 200 * 100);
  g_assert_cmpint (lw_label_map_get (planes->plane[0], 10, 10), ==, LW_LABEL_NONE);
  lw_document_apply_proposal (document, &all, &none, FALSE);
  for (int y = 0; y < 200; y++)
    for (int x = 0; x < 200; x++)
      {
        guint8 hand = lw_label_map_get (before->plane[0], x, y), now = lw_label_map_get (planes->plane[0], x, y);
        g_assert_cmpint (now, ==, hand != LW_LABEL_NONE ? hand : lw_label_map_get (map, x, y));
      }
  g_assert_cmpint (lw_label_map_get (planes->plane[1], 10, 10), !=, lw_label_map_get (planes->plane[1], 50, 50));

  lw_document_apply_proposal (document, &all, &none, TRUE);
  g_assert_cmpint (lw_label_map_get (planes->plane[0], 50, 50), ==, 2);
  for (int i = 0; i < 3; i++)
    lw_document_undo (document);
  fixture_assert_planes (planes, before);
  wait_saved (document);
  g_autoptr(LwPlanes) stored = fixture_stored_planes (fixture, 0);
  fixture_assert_planes (stored, before);

  lw_document_discard_proposal (document);
  g_assert_null (lw_document_get_proposal (document));
}

static void
take_error_cb (LwDocument *document, const GError *error, GError **taken)
{
  g_clear_error (taken);
  *taken = g_error_copy (error);
}

/* Somebody else painted on the frame meanwhile: their stroke is loaded, ours are painted over it, and what is stored is shown. */
static void
test_conflict (void)
{
  g_autoptr(Fixture) fixture = fixture_new (200, 200, 1);
  g_autoptr(LwDocument) document = fixture_open (fixture, 0), other = fixture_open (fixture, 0);
  g_autoptr(GError) error = NULL;

  g_signal_connect (document, "failed", G_CALLBACK (take_error_cb), &error);
  paint (other, 50, 50, 10, 4);
  wait_saved (other);
  paint (document, 60, 50, 10, 5);
  paint (document, 150, 160, 10, 6);
  paint (document, 150, 170, 10, LW_LABEL_NONE);
  fixture_wait (error != NULL && !lw_document_is_loading (document));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT);
  wait_saved (document);

  g_autoptr(LwPlanes) stored = fixture_stored_planes (fixture, 0);
  fixture_assert_planes (lw_document_get_planes (document), stored);
  g_assert_cmpint (lw_label_map_get (stored->plane[0], 45, 50), ==, 4);
  g_assert_cmpint (lw_label_map_get (stored->plane[0], 55, 50), ==, 5);
  g_assert_cmpint (lw_label_map_get (stored->plane[0], 150, 155), ==, 6);
  g_assert_cmpint (lw_label_map_get (stored->plane[0], 150, 165), ==, LW_LABEL_NONE);
  lw_document_undo (document);
  g_assert_cmpint (lw_label_map_get (lw_document_get_planes (document)->plane[0], 55, 50), ==, 4);
  paint (document, 100, 100, 10, 1);                       /* and it goes on */
  wait_saved (document);
}

/* The same, but the frame has been left before the refusal comes. */
static void
test_conflict_elsewhere (void)
{
  g_autoptr(Fixture) fixture = fixture_new (200, 200, 2);
  g_autoptr(LwDocument) document = fixture_open (fixture, 0), other = fixture_open (fixture, 0);

  paint (other, 50, 50, 10, 4);
  wait_saved (other);
  paint (document, 150, 150, 10, 5);
  lw_document_open (document, fixture_frame (fixture, 1));
  g_autoptr(LwPlanes) stored = NULL;
  do
    {
      fixture_turn ();
      g_clear_pointer (&stored, lw_planes_free);
      stored = fixture_stored_planes (fixture, 0);
    }
  while (lw_label_map_get (stored->plane[0], 150, 150) != 5);
  g_assert_cmpint (lw_label_map_get (stored->plane[0], 50, 50), ==, 4);
  fixture_wait (!lw_document_is_loading (document));
  wait_saved (document);
  lw_document_open (document, fixture_frame (fixture, 0));
  fixture_wait (!lw_document_is_loading (document));
  fixture_assert_planes (lw_document_get_planes (document), stored);
}

typedef struct { guint asked, answered; gboolean redo; } Asked;

static void
on_ask_cb (LwDocument *document, const char *person, gboolean redo, Asked *asked)
{
  asked->asked++;
  g_assert_cmpstr (person, ==, NULL);
  asked->redo = redo;
}

static void
on_answered_cb (Asked *asked)
{
  asked->answered++;
}

static guint8
label_at (LwDocument *document, int x, int y)
{
  return lw_label_map_get (lw_document_get_planes (document)->plane[0], x, y);
}

/* What another window painted goes by undo only where that is asked for again; what was made here goes at once. */
static void
undo_of_others (LwDocument *document)
{
  Asked asked = { 0 };
  g_signal_connect (document, "ask-before-turn", G_CALLBACK (on_ask_cb), &asked);
  g_signal_connect_swapped (document, "answered", G_CALLBACK (on_answered_cb), &asked);
  lw_document_undo (document);
  g_assert_cmpuint (asked.asked, ==, 1);
  g_assert_false (asked.redo);
  g_assert_cmpint (label_at (document, 50, 50), ==, 4);
  paint (document, 20, 20, 5, 1);
  g_assert_cmpuint (asked.answered, ==, 1);
  lw_document_undo (document);
  g_assert_cmpuint (asked.asked, ==, 1);
  g_assert_cmpint (label_at (document, 20, 20), ==, LW_LABEL_NONE);
  lw_document_undo (document);
  g_assert_cmpuint (asked.asked, ==, 2);
  lw_document_undo (document);
  g_assert_cmpuint (asked.asked, ==, 2);
  g_assert_cmpint (label_at (document, 50, 50), ==, LW_LABEL_NONE);
  lw_document_redo (document);      /* the undo was made here */
  lw_document_undo (document);
  g_assert_cmpuint (asked.asked, ==, 2);
  g_signal_handlers_disconnect_by_data (document, &asked);
}

/* Strokes and proposals of others appear by themselves; our own cause no loading. */
static void
test_others (void)
{
  g_autoptr(Fixture) fixture = fixture_new (200, 200, 1);
  g_autoptr(LwDocument) document = fixture_open (fixture, 0), other = fixture_open (fixture, 0);
  g_autoptr(LwLabelMap) map = lw_label_map_new (200, 200);
  guint opened = 0;

  g_signal_connect_swapped (document, "opened", G_CALLBACK (count_cb), &opened);
  paint (document, 150, 150, 10, 3);
  fixture_wait (lw_label_map_get (lw_document_get_planes (other)->plane[0], 150, 150) == 3);
  g_assert_cmpuint (opened, ==, 0);
  paint (other, 50, 50, 10, 4);
  fixture_wait (opened == 1);
  fixture_assert_planes (lw_document_get_planes (document), lw_document_get_planes (other));
  undo_of_others (document);
  wait_saved (document);

  memset (lw_label_map_row (map, 100), 2, 200);
  fixture_propose (fixture, other, map);
  fixture_wait (lw_document_get_proposal (document) != NULL);
  g_assert_true (lw_label_map_equal (lw_document_get_proposal (document)->map, map));
}

/* The picture is gone; the labels are not. */
static void
test_missing_picture (void)
{
  g_autoptr(Fixture) fixture = fixture_new (60, 40, 2);
  g_autoptr(LwDocument) document = lw_document_new (fixture->project);
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->root, "pictures", "frame_1.png", NULL);

  g_autofree char *png = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &png, &length, NULL));
  g_assert_cmpint (g_remove (path), ==, 0);
  g_signal_connect (document, "failed", G_CALLBACK (take_error_cb), &error);
  lw_document_open (document, fixture_frame (fixture, 1));
  fixture_wait (!lw_document_is_loading (document));
  g_assert_nonnull (error);
  g_assert_null (lw_document_get_image (document));
  paint (document, 30, 20, 5, 2);
  wait_saved (document);
  g_assert_true (g_file_set_contents (path, png, (gssize) length, NULL));        /* back again */
  lw_document_reload (document);
  fixture_wait (!lw_document_is_loading (document));
  g_assert_nonnull (lw_document_get_image (document));
  g_assert_cmpint (lw_label_map_get (lw_document_get_planes (document)->plane[0], 30, 20), ==, 2);
}

/* Frames are asked for faster than they load: the last one asked for is the one that comes. */
static void
test_hurry (void)
{
  g_autoptr(Fixture) fixture = fixture_new (320, 240, 12);
  LwDocument *document = lw_document_new (fixture->project);
  guint opened = 0;

  g_signal_connect_swapped (document, "opened", G_CALLBACK (count_cb), &opened);
  for (guint i = 0; i < 300; i++)
    {
      lw_document_open (document, fixture_frame (fixture, i % 12));
      if (i % 7 == 0)
        fixture_turn ();
      if (!lw_document_is_loading (document))
        paint_random (document);
    }
  fixture_wait (!lw_document_is_loading (document));
  g_assert_cmpint (lw_document_get_frame (document)->id, ==, fixture_frame (fixture, 299 % 12)->id);
  wait_saved (document);
  g_autoptr(LwPlanes) stored = fixture_stored_planes (fixture, 299 % 12);
  fixture_assert_planes (lw_document_get_planes (document), stored);
  g_assert_finalize_object (document);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/document/open", test_open);
  g_test_add_func ("/document/stroke", test_stroke);
  g_test_add_func ("/document/cancel", test_cancel);
  g_test_add_func ("/document/undo", test_undo);
  g_test_add_func ("/document/leave-and-return", test_leave_and_return);
  g_test_add_func ("/document/close", test_close);
  g_test_add_func ("/document/apply", test_apply);
  g_test_add_func ("/document/conflict", test_conflict);
  g_test_add_func ("/document/conflict-elsewhere", test_conflict_elsewhere);
  g_test_add_func ("/document/others", test_others);
  g_test_add_func ("/document/missing-picture", test_missing_picture);
  g_test_add_func ("/document/hurry", test_hurry);
  return g_test_run ();
}
