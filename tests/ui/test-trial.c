/* test-trial.c: operations on the whole frame: tried on a copy, made as one stroke, refused when the frame changed meanwhile */
#include "config.h"
#include <gio/gio.h>
#include <string.h>

#include "fixture.h"
#include "label/raster.h"

typedef struct { LwTrial *trial; GError *error; gboolean done; } Answer;

static void
tried_cb (GObject *document, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  answer->trial = lw_document_try_operation_finish (LW_DOCUMENT (document), result, &answer->error);
  answer->done = TRUE;
}

static LwTrial *
try_operation (LwDocument *document, const LwLabelOperation *operation, const LwProtection *protection)
{
  Answer answer = { 0 };
  lw_document_try_operation_async (document, operation, protection, NULL, tried_cb, &answer);
  fixture_wait (answer.done);
  g_assert_no_error (answer.error);
  return answer.trial;
}

static void
paint (LwDocument *document, int x, int y, int side, guint8 class_id)
{
  LwEdit *edit = lw_document_begin_edit (document, NULL);
  for (int row = y; row < y + side; row++)
    lw_edit_span (edit, row, x, x + side, class_id);
  lw_document_end_edit (document, "brush");
}

/* A block, a lone pixel beside it, and another class that is locked. */
static void
paint_scene (LwDocument *document)
{
  paint (document, 20, 20, 30, 1);
  paint (document, 60, 60, 1, 1);
  paint (document, 50, 20, 30, 2);
}

static void
test_apply (void)
{
  g_autoptr(Fixture) fixture = fixture_new (160, 120, 2);
  g_autoptr(LwDocument) document = fixture_open (fixture, 0);
  paint_scene (document);
  g_autoptr(LwPlanes) before = lw_planes_copy (lw_document_get_planes (document));
  LwLabelOperation operation = { LW_LABEL_OPERATION_GROW, .class_id = 1, .radius = 3 };
  LwProtection protection = { .locked = { [2] = TRUE } };

  g_autoptr(LwTrial) trial = try_operation (document, &operation, &protection);
  fixture_assert_planes (lw_document_get_planes (document), before);      /* only tried */
  g_autoptr(LwLabelMap) wanted = lw_label_operation_run (before->plane[LW_PLANE_CLASS], &operation, NULL);
  guint64 n = 0;
  for (int y = 0; y < 120; y++)
    for (int x = 0; x < 160; x++)
      {
        guint8 was = lw_label_map_get (before->plane[LW_PLANE_CLASS], x, y);
        if (was == 2)
          lw_label_map_row (wanted, y)[x] = 2;
        n += lw_label_map_get (wanted, x, y) != was;
      }
  g_assert_cmpuint (n, >, 100);
  g_assert_cmpuint (lw_trial_get_n_pixels (trial), ==, n);

  g_assert_true (lw_document_apply_trial (document, trial, "grow"));
  g_assert_true (lw_label_map_equal (lw_document_get_planes (document)->plane[LW_PLANE_CLASS], wanted));
  fixture_wait (lw_document_get_n_unsaved (document) == 0);
  g_autoptr(LwPlanes) stored = fixture_stored_planes (fixture, 0);
  fixture_assert_planes (lw_document_get_planes (document), stored);
  lw_document_undo (document);
  fixture_assert_planes (lw_document_get_planes (document), before);
}

/* What was tried holds for what was there: a stroke, an undo or another frame make it void. */
static void
test_void (void)
{
  g_autoptr(Fixture) fixture = fixture_new (160, 120, 2);
  g_autoptr(LwDocument) document = fixture_open (fixture, 0);
  LwLabelOperation operation = { LW_LABEL_OPERATION_REMOVE_SPECKS, .class_id = LW_LABEL_OPERATION_EVERY_CLASS, .size = 5 };
  LwProtection protection = { 0 };
  paint_scene (document);

  g_autoptr(LwTrial) first = try_operation (document, &operation, &protection);
  g_assert_cmpuint (lw_trial_get_n_pixels (first), ==, 1);
  g_assert_cmpuint (lw_trial_get_n_regions (first), ==, 1);
  paint (document, 100, 100, 2, 3);
  g_assert_false (lw_document_apply_trial (document, first, "remove-specks"));

  g_autoptr(LwTrial) second = try_operation (document, &operation, &protection);
  g_assert_cmpuint (lw_trial_get_n_regions (second), ==, 2);
  lw_document_undo (document);
  g_assert_false (lw_document_apply_trial (document, second, "remove-specks"));

  g_autoptr(LwTrial) third = try_operation (document, &operation, &protection);
  lw_document_open (document, fixture_frame (fixture, 1));
  g_assert_false (lw_document_apply_trial (document, third, "remove-specks"));
  fixture_wait (!lw_document_is_loading (document));
  g_assert_false (lw_document_apply_trial (document, third, "remove-specks"));
}

static void
test_busy_and_cancelled (void)
{
  g_autoptr(Fixture) fixture = fixture_new (64, 48, 1);
  g_autoptr(LwDocument) document = fixture_open (fixture, 0);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  LwLabelOperation operation = { LW_LABEL_OPERATION_SMOOTH, .class_id = LW_LABEL_OPERATION_EVERY_CLASS, .radius = 4 };
  LwProtection protection = { 0 };
  Answer busy = { 0 }, cancelled = { 0 };

  lw_document_begin_edit (document, NULL);
  lw_document_try_operation_async (document, &operation, &protection, NULL, tried_cb, &busy);
  fixture_wait (busy.done);
  g_assert_error (busy.error, G_IO_ERROR, G_IO_ERROR_BUSY);
  lw_document_cancel_edit (document);
  lw_document_try_operation_async (document, &operation, &protection, cancellable, tried_cb, &cancelled);
  g_cancellable_cancel (cancellable);
  fixture_wait (cancelled.done);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&busy.error);
  g_clear_error (&cancelled.error);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trial/apply", test_apply);
  g_test_add_func ("/trial/void", test_void);
  g_test_add_func ("/trial/busy-and-cancelled", test_busy_and_cancelled);
  return g_test_run ();
}
