/* test-undo.c: strokes of every tool in any order, taken back and done again in any order, restore the map bit for bit, also after a restart
 *
 * 10,000 operations with -m thorough, some hundred without. The tools' pixels come from where the canvas gets them; the canvas itself is not here. */
#include "config.h"
#include "assist/grab-cut.h"
#include "assist/live-wire.h"
#include "assist/similar.h"
#include "assist/superpixels.h"
#include "fixture.h"
#include "label/raster.h"
#include <string.h>

#define WIDTH 150        /* four tiles, three of them cut off */
#define HEIGHT 140
#define MOST_STEPS 40

static const LwRect whole = { 0, 0, WIDTH, HEIGHT };

typedef struct {
  Fixture *fixture;
  LwDocument *document;
  LwSuperpixels *superpixels;
  GPtrArray *states;     /* of char: a SHA-256 of both planes for each state on the way to here, and for those that redo would bring */
  guint now;
} Session;

typedef struct { LwEdit *edit; guint8 class_id; } Paint;

static void
paint_span (int y, int x0, int x1, gpointer data)
{
  const Paint *paint = data;
  lw_edit_span (paint->edit, y, x0, x1, paint->class_id);
}

static LwPixels
pixels_of (Session *self)
{
  const LwImage *image = lw_document_get_image (self->document);
  return (LwPixels) { image->width, image->height, image->stride, image->pixels };
}

static double
random_x (void)
{
  return g_test_rand_double_range (-5, WIDTH + 5);
}

static double
random_y (void)
{
  return g_test_rand_double_range (-5, HEIGHT + 5);
}

/* ---- the tools ---- */

static void
use_brush (Session *self, Paint *paint)
{
  double x = random_x (), y = random_y (), radius = g_test_rand_double_range (0.5, 15);
  LwBrushShape shape = g_test_rand_int_range (0, 2) ? LW_BRUSH_ROUND : LW_BRUSH_SQUARE;

  for (int i = g_test_rand_int_range (1, 6); i > 0; i--)
    {
      double next_x = random_x (), next_y = random_y ();
      lw_raster_brush (shape, x, y, radius, next_x, next_y, radius, &whole, paint_span, paint);
      x = next_x;
      y = next_y;
    }
}

static void
use_polygon (Session *self, Paint *paint)
{
  LwPoint points[24];
  gsize sizes[3], n = 0;

  for (int part = 0; part < 3; part++)
    {
      sizes[part] = (gsize) g_test_rand_int_range (0, 9);
      for (gsize i = 0; i < sizes[part]; i++)
        points[n++] = (LwPoint) { random_x (), random_y () };
    }
  lw_raster_polygon (points, sizes, 3, &whole, paint_span, paint);
}

static void
use_fill (Session *self, Paint *paint)
{
  lw_raster_region (lw_document_get_planes (self->document)->plane[LW_PLANE_CLASS], g_test_rand_int_range (0, WIDTH), g_test_rand_int_range (0, HEIGHT), paint_span, paint);
}

static void
use_fill_by_colour (Session *self, Paint *paint)
{
  guint8 mask[WIDTH * HEIGHT];
  LwLabelMap similar = { WIDTH, HEIGHT, WIDTH, mask };
  LwPixels pixels = pixels_of (self);
  int x = g_test_rand_int_range (0, WIDTH), y = g_test_rand_int_range (0, HEIGHT);

  lw_similar_pixels (&pixels, x, y, (guint8) g_test_rand_int_range (1, 60), mask);
  lw_raster_region (&similar, x, y, paint_span, paint);
}

static void
use_superpixels (Session *self, Paint *paint)
{
  for (int i = 0; i < 4; i++)
    lw_superpixels_foreach_span (self->superpixels, lw_superpixels_at (self->superpixels, g_test_rand_int_range (0, WIDTH), g_test_rand_int_range (0, HEIGHT)), paint_span, paint);
}

static void
use_scissors (Session *self, Paint *paint)
{
  LwPixels pixels = pixels_of (self);
  g_autoptr(LwLiveWire) wire = lw_live_wire_new (&pixels, (LwCorner) { g_test_rand_int_range (0, WIDTH), g_test_rand_int_range (0, HEIGHT) }, 60, NULL);
  g_autoptr(GArray) way = lw_live_wire_trace (wire, (LwCorner) { g_test_rand_int_range (0, WIDTH), g_test_rand_int_range (0, HEIGHT) });
  g_autofree LwPoint *points = g_new (LwPoint, way->len);
  gsize n = way->len;

  for (guint i = 0; i < way->len; i++)
    points[i] = (LwPoint) { g_array_index (way, LwCorner, i).x, g_array_index (way, LwCorner, i).y };
  lw_raster_polygon (points, &n, 1, &whole, paint_span, paint);
}

static void
use_box_cut (Session *self, Paint *paint)
{
  LwPixels pixels = pixels_of (self);
  LwCutBox box = { g_test_rand_int_range (0, 90), g_test_rand_int_range (0, 90), g_test_rand_int_range (8, 50), g_test_rand_int_range (8, 40) };
  g_autoptr(LwGrabCut) cut = lw_grab_cut_is_available () ? lw_grab_cut_new (&pixels, &box, NULL) : NULL;

  if (cut == NULL || !lw_grab_cut_run (cut, NULL))
    return;
  const guint8 *mask = lw_grab_cut_get_mask (cut, &box);
  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      if (mask[y * box.width + x])
        lw_edit_span (paint->edit, box.y + y, box.x + x, box.x + x + 1, paint->class_id);
}

static const struct { const char *name; void (*use) (Session *, Paint *); int often; } tools[] = {
  { "brush", use_brush, 10 }, { "polygon", use_polygon, 6 }, { "fill", use_fill, 4 }, { "fill-colour", use_fill_by_colour, 4 },
  { "superpixels", use_superpixels, 4 }, { "scissors", use_scissors, 2 }, { "box-cut", use_box_cut, 1 },
};

static LwProtection
random_protection (void)
{
  LwProtection protection = { .paint_over = (LwPaintOver) g_test_rand_int_range (0, 3), .over = (guint8) g_test_rand_int_range (0, 11) };

  if (protection.paint_over == LW_PAINT_OVER_CLASS && g_test_rand_int_range (0, 2))
    protection.paint_over = LW_PAINT_OVER_ALL;
  protection.locked[g_test_rand_int_range (0, 256)] = TRUE;
  return protection;
}

/* Now and then it is given up, and never was. */
static void
paint_something (Session *self)
{
  LwProtection protection = random_protection ();
  int sum = 0, label = g_test_rand_int_range (-2, 11);
  gsize tool = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    sum += tools[i].often;
  for (int at = g_test_rand_int_range (0, sum); at >= tools[tool].often; tool++)
    at -= tools[tool].often;
  Paint paint = { lw_document_begin_edit (self->document, &protection), (guint8) (label < 0 ? LW_LABEL_NONE : label) };
  g_assert_nonnull (paint.edit);
  tools[tool].use (self, &paint);
  if (g_test_rand_int_range (0, 12) == 0)
    lw_document_cancel_edit (self->document);
  else
    lw_document_end_edit (self->document, tools[tool].name);
}

typedef struct { LwTrial *trial; gboolean done; } Answer;

static void
tried_cb (GObject *document, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  answer->trial = lw_document_try_operation_finish (LW_DOCUMENT (document), result, NULL);
  answer->done = TRUE;
}

static void
adjust_something (Session *self)
{
  LwLabelOperation operation = { (LwLabelOperationKind) g_test_rand_int_range (LW_LABEL_OPERATION_GROW, LW_LABEL_OPERATION_REPLACE + 1), g_test_rand_int_range (0, 11),
                                 (guint8) g_test_rand_int_range (0, 11), g_test_rand_double_range (1, 9), (guint32) g_test_rand_int_range (2, 400) };
  LwProtection protection = random_protection ();
  Answer answer = { NULL, FALSE };

  lw_document_try_operation_async (self->document, &operation, &protection, NULL, tried_cb, &answer);
  fixture_wait (answer.done);
  g_assert_nonnull (answer.trial);
  g_assert_true (lw_document_apply_trial (self->document, answer.trial, "adjust"));
  lw_trial_free (answer.trial);
}

static void
apply_something (Session *self)
{
  LwProtection protection = random_protection ();
  LwApplySelection selection = { .one_region = g_test_rand_int_range (0, 2), .x = g_test_rand_int_range (0, WIDTH), .y = g_test_rand_int_range (0, HEIGHT) };
  const LwLabelMap *proposed = lw_document_get_proposal (self->document)->map;

  if (g_test_rand_int_range (0, 2))
    {
      lw_document_apply_proposal (self->document, &selection, &protection, g_test_rand_int_range (0, 2));
      return;
    }
  LwEdit *edit = lw_document_begin_reveal (self->document, &protection, g_test_rand_int_range (0, 2));
  for (int y = selection.y; y < MIN (selection.y + 20, HEIGHT); y++)
    for (int x = selection.x; x < MIN (selection.x + 20, WIDTH); x++)
      lw_edit_span (edit, y, x, x + 1, lw_label_map_get (proposed, x, y));
  lw_document_end_edit (self->document, "reveal");
}

/* ---- the states ---- */

static char *
hash_state (Session *self)
{
  const LwPlanes *planes = lw_document_get_planes (self->document);
  g_autoptr(GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (int plane = 0; plane < LW_N_PLANES; plane++)
    for (int y = 0; y < HEIGHT; y++)
      g_checksum_update (sum, lw_label_map_row (planes->plane[plane], y), WIDTH);
  return g_strdup (g_checksum_get_string (sum));
}

static void
change (Session *self)
{
  int what = g_test_rand_int_range (0, 20);
  g_autofree char *before = hash_state (self);

  if (what == 0)
    adjust_something (self);
  else if (what < 3)
    apply_something (self);
  else
    paint_something (self);
  g_autofree char *after = hash_state (self);
  if (g_str_equal (before, after))      /* nothing was changed: nothing is to be taken back */
    return;
  g_ptr_array_set_size (self->states, (int) ++self->now);
  g_ptr_array_add (self->states, g_steal_pointer (&after));
}

static void
take_back (Session *self)
{
  for (guint steps = (guint) g_test_rand_int_range (1, MOST_STEPS); steps > 0 && self->now > 0; steps--, self->now--)
    lw_document_undo (self->document);
}

static void
do_again (Session *self)
{
  for (guint steps = (guint) g_test_rand_int_range (1, MOST_STEPS); steps > 0 && self->now + 1 < self->states->len; steps--, self->now++)
    lw_document_redo (self->document);
}

static gboolean
is_as_remembered (Session *self)
{
  g_autofree char *hash = hash_state (self);
  return g_str_equal (hash, self->states->pdata[self->now]);
}

/* ---- sessions ---- */

static void
propose (Session *self)
{
  g_autoptr(LwLabelMap) map = lw_label_map_new (WIDTH, HEIGHT);

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      lw_label_map_row (map, y)[x] = (guint8) ((x / 19 + y / 23) % 11);
  fixture_propose (self->fixture, self->document, map);
}

static void
start_again (Session *self)
{
  fixture_wait (lw_document_get_n_unsaved (self->document) == 0);
  g_object_unref (self->document);
  fixture_reopen (self->fixture);
  self->document = fixture_open (self->fixture, 0);
  fixture_wait (lw_document_get_proposal (self->document) != NULL);
}

static void
test_every_tool (void)
{
  g_autoptr(Fixture) fixture = fixture_new (WIDTH, HEIGHT, 1);
  Session self = { fixture, fixture_open (fixture, 0), NULL, g_ptr_array_new_with_free_func (g_free), 0 };
  LwPixels pixels = pixels_of (&self);
  LwSuperpixelOptions options = { 16, 10, 1 };
  int n = g_test_thorough () ? 10000 : 400;

  self.superpixels = lw_superpixels_new (&pixels, &options, NULL);
  g_ptr_array_add (self.states, hash_state (&self));
  propose (&self);
  for (int i = 0; i < n; i++)
    {
      int what = g_test_rand_int_range (0, 100);
      if (what < 88)
        change (&self);
      else if (what < 94)
        take_back (&self);
      else if (what < 99)
        do_again (&self);
      else if (what == 99)
        start_again (&self);
      fixture_wait (is_as_remembered (&self));      /* an undo whose diff is on disk takes some turns of the main loop */
      g_assert_cmpint (lw_document_can_undo (self.document), ==, self.now > 0);
      g_assert_cmpint (lw_document_can_redo (self.document), ==, self.now + 1 < self.states->len);
    }
  for (; self.now > 0; self.now--)                  /* all the way back, and forth again */
    lw_document_undo (self.document);
  fixture_wait (is_as_remembered (&self));
  for (; self.now + 1 < self.states->len; self.now++)
    lw_document_redo (self.document);
  fixture_wait (is_as_remembered (&self));
  fixture_wait (lw_document_get_n_unsaved (self.document) == 0);
  g_autoptr(LwPlanes) stored = fixture_stored_planes (fixture, 0);
  fixture_assert_planes (stored, lw_document_get_planes (self.document));
  g_test_message ("%u states", self.states->len);
  lw_superpixels_free (self.superpixels);
  g_ptr_array_unref (self.states);
  g_object_unref (self.document);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/undo/every-tool", test_every_tool);
  return g_test_run ();
}
