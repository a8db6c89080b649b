/* test-edit.c: edits, what they may not touch, and the way back */
#include "config.h"
#include "label/edit.h"

#include <string.h>
#include "label/raster.h"
#include "random-map.h"

static void
assert_planes_equal (const LwPlanes *a, const LwPlanes *b)
{
  for (int i = 0; i < LW_N_PLANES; i++)
    g_assert_true (lw_label_map_equal (a->plane[i], b->plane[i]));
}

typedef struct { LwEdit *edit; guint8 class_id; } Stroke;

static void
span_cb (int y, int x0, int x1, gpointer data)
{
  Stroke *stroke = data;
  lw_edit_span (stroke->edit, y, x0, x1, stroke->class_id);
}

static void
random_protection (LwProtection *protection)
{
  memset (protection, 0, sizeof *protection);
  protection->paint_over = (LwPaintOver) g_test_rand_int_range (0, 3);
  protection->over = (guint8) g_test_rand_int_range (0, 4);
  for (int i = 0; i < 2; i++)
    {
      protection->locked[g_test_rand_int_range (0, 6)] = TRUE;
      protection->keep_origin[g_test_rand_int_range (0, 4)] = TRUE;
    }
}

static LwEdit *
random_edit (LwPlanes *planes)
{
  LwProtection protection;
  random_protection (&protection);
  LwEdit *edit = lw_edit_new (planes, (guint8) g_test_rand_int_range (0, 4),
                              g_test_rand_int_range (0, 3) == 0 ? &protection : NULL);
  LwRect clip = { -5, -5, planes->plane[0]->width + 10, planes->plane[0]->height + 10 }; /* spans beyond the map are clipped */
  for (int dabs = g_test_rand_int_range (0, 4); dabs > 0; dabs--)
    {
      Stroke stroke = { edit, g_test_rand_int_range (0, 5) == 0 ? LW_LABEL_NONE : (guint8) g_test_rand_int_range (0, 5) };
      double x = g_test_rand_double_range (-10, planes->plane[0]->width + 10),
             y = g_test_rand_double_range (-10, planes->plane[0]->height + 10);
      lw_raster_brush (g_test_rand_bit () ? LW_BRUSH_ROUND : LW_BRUSH_SQUARE, x, y, g_test_rand_double_range (0, 20),
                       x + g_test_rand_double_range (-30, 30), y + g_test_rand_double_range (-30, 30),
                       g_test_rand_double_range (0, 20), &clip, span_cb, &stroke);
    }
  return edit;
}

/* The diff's figures against the planes before and after. */
static void
check_figures (const LwDiff *diff, const LwPlanes *before, const LwPlanes *after)
{
  LwRect bbox = { 0 };
  guint64 count = 0;
  for (int y = 0; y < before->plane[0]->height; y++)
    for (int x = 0; x < before->plane[0]->width; x++)
      {
        gboolean class_changed = lw_label_map_get (before->plane[0], x, y) != lw_label_map_get (after->plane[0], x, y);
        gboolean origin_changed = lw_label_map_get (before->plane[1], x, y) != lw_label_map_get (after->plane[1], x, y);
        count += class_changed;
        if (class_changed || origin_changed)
          bbox = lw_rect_union (bbox, (LwRect) { x, y, 1, 1 });
      }
  LwRect got = lw_diff_get_bbox (diff);
  g_assert_cmpmem (&got, sizeof got, &bbox, sizeof bbox);
  g_assert_cmpuint (lw_diff_count (diff), ==, count);
  g_assert_cmpint (lw_diff_is_empty (diff), ==, lw_rect_is_empty (&bbox));
}

/* 10,000 edits, each undone and done again at random, in memory and through its packed form: bit for bit. */
static void
test_undo_redo (void)
{
  enum { EDITS = 10000, KEPT = 64 };
  g_autoptr(LwPlanes) planes = lw_planes_new (200, 150);
  GPtrArray *undo = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_diff_unref),
            *states = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_planes_free);
  for (int i = 0; i < EDITS; i++)
    {
      LwPlanes *before = lw_planes_copy (planes);
      g_autoptr(LwDiff) diff = lw_edit_finish (random_edit (planes));
      check_figures (diff, before, planes);
      if (i % 4 == 0)
        {
          g_autoptr(GError) error = NULL;
          g_autoptr(GBytes) packed = lw_diff_encode (diff);
          LwDiff *unpacked = lw_diff_decode (packed, 200, 150, &error);
          g_assert_no_error (error);
          check_figures (unpacked, before, planes);
          lw_diff_unref (diff);
          diff = unpacked;
        }
      g_ptr_array_add (undo, lw_diff_ref (diff));
      g_ptr_array_add (states, before);
      if (undo->len < KEPT)
        continue;
      guint back = (guint) g_test_rand_int_range (1, KEPT);      /* undo some, look, redo them */
      g_autoptr(LwPlanes) now = lw_planes_copy (planes);
      for (guint k = 0; k < back; k++)
        {
          lw_diff_apply (undo->pdata[undo->len - 1 - k], planes);
          assert_planes_equal (planes, states->pdata[states->len - 1 - k]);
        }
      for (guint k = back; k > 0; k--)
        lw_diff_apply (undo->pdata[undo->len - k], planes);
      assert_planes_equal (planes, now);
      g_ptr_array_set_size (undo, 0);
      g_ptr_array_set_size (states, 0);
    }
  g_ptr_array_unref (undo);
  g_ptr_array_unref (states);
}

static void
test_cancel (void)
{
  for (int i = 0; i < 300; i++)
    {
      g_autoptr(LwPlanes) planes = lw_planes_new (g_test_rand_int_range (1, 300), g_test_rand_int_range (1, 200));
      fill_random (planes->plane[0], 5);
      fill_random (planes->plane[1], 4);
      g_autoptr(LwPlanes) before = lw_planes_copy (planes);
      lw_edit_cancel (random_edit (planes));
      assert_planes_equal (planes, before);
    }
}

/* What an edit may do to one pixel, said once more in the simplest way. */
static guint8
expected (const LwProtection *p, guint8 class_id, guint8 origin, guint8 paint)
{
  if (p->locked[class_id] || p->keep_origin[origin])
    return class_id;
  if (p->paint_over == LW_PAINT_OVER_UNLABELLED && class_id != LW_LABEL_NONE)
    return class_id;
  if (p->paint_over == LW_PAINT_OVER_CLASS && class_id != p->over)
    return class_id;
  return paint;
}

static void
test_protection (void)
{
  for (int i = 0; i < 500; i++)
    {
      int w = g_test_rand_int_range (1, 200), h = g_test_rand_int_range (1, 20);
      g_autoptr(LwPlanes) planes = lw_planes_new (w, h);
      fill_random (planes->plane[0], 5);
      fill_random (planes->plane[1], 4);
      g_autoptr(LwPlanes) before = lw_planes_copy (planes);
      LwProtection protection;
      random_protection (&protection);
      guint8 paint = i % 5 == 0 ? LW_LABEL_NONE : 4;
      LwEdit *edit = lw_edit_new (planes, 7, &protection);
      for (int y = 0; y < h; y++)
        lw_edit_span (edit, y, 0, w, paint);
      lw_diff_unref (lw_edit_finish (edit));
      for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
          {
            guint8 was = lw_label_map_get (before->plane[0], x, y), by = lw_label_map_get (before->plane[1], x, y);
            guint8 now = lw_label_map_get (planes->plane[0], x, y), of = lw_label_map_get (planes->plane[1], x, y);
            gboolean may = expected (&protection, was, by, 200) == 200;
            g_assert_cmpint (now, ==, may ? paint : was);
            g_assert_cmpint (of, ==, !may ? by : paint == LW_LABEL_NONE ? LW_LABEL_NONE : 7);
          }
    }
}

/* Damage: exactly the box of what changed since it was asked last; painting the same again is no damage. */
static void
test_damage (void)
{
  g_autoptr(LwPlanes) planes = lw_planes_new (500, 300);
  LwEdit *edit = lw_edit_new (planes, 0, NULL);
  lw_edit_span (edit, 10, 100, 400, 3);
  lw_edit_span (edit, 12, 90, 110, 3);
  LwRect damage = lw_edit_take_damage (edit), box = { 90, 10, 310, 3 };
  g_assert_cmpmem (&damage, sizeof damage, &box, sizeof box);
  lw_edit_span (edit, 10, 150, 300, 3);
  lw_edit_span (edit, -4, 0, 500, 3);
  lw_edit_span (edit, 300, 0, 500, 3);
  lw_edit_span (edit, 5, 600, 700, 3);
  lw_edit_span (edit, 5, 50, 50, 3);
  damage = lw_edit_take_damage (edit);
  g_assert_true (lw_rect_is_empty (&damage));
  lw_edit_span (edit, 10, G_MININT, 101, 3);
  damage = lw_edit_take_damage (edit);
  box = (LwRect) { 0, 10, 100, 1 };
  g_assert_cmpmem (&damage, sizeof damage, &box, sizeof box);
  g_autoptr(LwDiff) diff = lw_edit_finish (edit);
  g_assert_cmpuint (lw_diff_count (diff), ==, 400 + 20);
}

static void
count_tile_cb (LwPlaneKind plane, int ty, int tx, gpointer data)
{
  int *tiles = data;
  g_assert_cmpint (ty, ==, 1);
  g_assert_true (tx == 0 || tx == 1);
  tiles[plane]++;
}

static void
test_tiles_touched (void)
{
  g_autoptr(LwPlanes) planes = lw_planes_new (1000, 1000);
  LwEdit *edit = lw_edit_new (planes, 2, NULL);
  lw_edit_span (edit, 130, 120, 140, 1);
  g_autoptr(LwDiff) diff = lw_edit_finish (edit);
  int tiles[LW_N_PLANES] = { 0 };
  lw_diff_foreach_tile (diff, count_tile_cb, tiles);
  g_assert_cmpint (tiles[LW_PLANE_CLASS], ==, 2);
  g_assert_cmpint (tiles[LW_PLANE_ORIGIN], ==, 2);
}

static gboolean
decodes (const guint8 *data, gsize length, int width, int height)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = g_bytes_new (data, length);
  g_autoptr(LwDiff) diff = lw_diff_decode (bytes, width, height, &error);
  g_assert_true ((diff == NULL) == (error != NULL));
  if (diff == NULL)
    g_assert_error (error, LW_TILE_ERROR, LW_TILE_ERROR_DAMAGED);
  else      /* what is accepted can be applied and packed again */
    {
      g_autoptr(LwPlanes) planes = lw_planes_new (width, height);
      lw_diff_apply (diff, planes);
      g_autoptr(GBytes) again = lw_diff_encode (diff);
    }
  return diff != NULL;
}

static void
test_decode_hostile (void)
{
  g_autoptr(LwPlanes) planes = lw_planes_new (300, 200);
  LwEdit *edit = lw_edit_new (planes, 2, NULL);
  for (int y = 20; y < 180; y++)
    lw_edit_span (edit, y, 30 + y % 7, 290, (guint8) (y / 30));
  g_autoptr(LwDiff) diff = lw_edit_finish (edit);
  g_autoptr(GBytes) packed = lw_diff_encode (diff);
  gsize length;
  const guint8 *data = g_bytes_get_data (packed, &length);
  g_assert_true (decodes (data, length, 300, 200));
  g_assert_false (decodes (data, length, 301, 200));
  g_assert_false (decodes (data, length, 200, 300));
  g_autofree guint8 *bad = g_malloc (length + 1);
  for (gsize n = 0; n < length; n++)
    g_assert_false (decodes (data, n, 300, 200));
  memcpy (bad, data, length);
  bad[length] = 0;
  g_assert_false (decodes (bad, length + 1, 300, 200));
  for (int i = 0; i < 20000; i++)
    {
      memcpy (bad, data, length);
      for (int k = g_test_rand_int_range (1, 4); k > 0; k--)
        bad[g_test_rand_int_range (0, g_test_rand_bit () ? 80 : (int) length)] = (guint8) g_test_rand_int_range (0, 256);
      decodes (bad, length, 300, 200);
    }
  memcpy (bad, data, length);      /* a number of tiles that no such frame has */
  memset (bad + 12, 0xff, 4);
  g_assert_false (decodes (bad, length, 300, 200));
  memcpy (bad, data, length);      /* one tile twice */
  memcpy (bad + 16 + 5, bad + 16, 5);
  g_assert_false (decodes (bad, length, 300, 200));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/undo-redo", test_undo_redo);
  g_test_add_func ("/edit/cancel", test_cancel);
  g_test_add_func ("/edit/protection", test_protection);
  g_test_add_func ("/edit/damage", test_damage);
  g_test_add_func ("/edit/tiles", test_tiles_touched);
  g_test_add_func ("/edit/decode-hostile", test_decode_hostile);
  return g_test_run ();
}
