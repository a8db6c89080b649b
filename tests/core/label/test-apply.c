/* test-apply.c: taking a proposal never touches hand work, and takes exactly what was selected */
#include "config.h"
#include "label/apply.h"

#include <string.h>
#include "label/raster.h"
#include "random-map.h"

enum { PERSON = 0, MODEL = 1, OTHER_PERSON = 2 };

static void
mark_cb (int y, int x0, int x1, gpointer data)
{
  memset (lw_label_map_row (data, y) + x0, 1, (gsize) (x1 - x0));
}

static void
check_apply (gboolean overwrite)
{
  int w = g_test_rand_int_range (1, 180), h = g_test_rand_int_range (1, 100);
  g_autoptr(LwPlanes) planes = lw_planes_new (w, h);
  fill_random (planes->plane[0], 5);
  fill_random (planes->plane[1], 3);
  g_autoptr(LwPlanes) before = lw_planes_copy (planes);
  g_autoptr(LwLabelMap) map = random_map (w, h, 5), confidence = random_map ((w + 3) / 4, (h + 3) / 4, 250),
                         region = lw_label_map_new (w, h);
  gboolean classes[256] = { FALSE };
  for (int i = 0; i < 4; i++)
    classes[g_test_rand_int_range (0, 6)] = TRUE;
  classes[LW_LABEL_NONE] = TRUE;      /* means nothing: what the proposal leaves open is never taken */
  LwApplySelection selection = {
    .classes = g_test_rand_bit () ? classes : NULL,
    .one_region = g_test_rand_bit (),
    .x = g_test_rand_int_range (0, w),
    .y = g_test_rand_int_range (0, h),
    .min_confidence = g_test_rand_bit () ? (guint8) g_test_rand_int_range (0, 256) : 0,
  };
  gboolean with_confidence = g_test_rand_bit ();
  lw_raster_region (map, selection.x, selection.y, mark_cb, region);

  LwProtection protection = { .keep_origin = { [PERSON] = TRUE, [OTHER_PERSON] = TRUE } };
  LwEdit *edit = lw_edit_new (planes, MODEL, overwrite ? NULL : &protection);
  lw_apply_proposal (edit, map, with_confidence ? confidence : NULL, &selection);
  g_autoptr(LwDiff) diff = lw_edit_finish (edit);

  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      {
        guint8 proposed = lw_label_map_get (map, x, y), origin = lw_label_map_get (before->plane[1], x, y);
        gboolean taken = proposed != LW_LABEL_NONE && (selection.classes == NULL || classes[proposed])
                         && (!selection.one_region || lw_label_map_get (region, x, y) == 1)
                         && (!with_confidence || lw_label_map_get (confidence, x / 4, y / 4) >= selection.min_confidence)
                         && (overwrite || (origin != PERSON && origin != OTHER_PERSON));
        g_assert_cmpint (lw_label_map_get (planes->plane[0], x, y), ==,
                         taken ? proposed : lw_label_map_get (before->plane[0], x, y));
        g_assert_cmpint (lw_label_map_get (planes->plane[1], x, y), ==, taken ? MODEL : origin);
      }
  lw_diff_apply (diff, planes);
  g_assert_true (lw_label_map_equal (planes->plane[0], before->plane[0])
                 && lw_label_map_equal (planes->plane[1], before->plane[1]));
}

static void
test_apply (void)
{
  for (int i = 0; i < 1000; i++)
    check_apply (i % 4 == 0);
}

/* A click beside the map applies nothing. */
static void
test_outside (void)
{
  g_autoptr(LwPlanes) planes = lw_planes_new (20, 20);
  g_autoptr(LwLabelMap) map = lw_label_map_new (20, 20);
  memset (map->labels, 3, 400);
  const int at[][2] = { { -1, 3 }, { 3, -1 }, { 20, 3 }, { 3, 20 } };
  for (gsize i = 0; i < G_N_ELEMENTS (at); i++)
    {
      LwApplySelection selection = { .one_region = TRUE, .x = at[i][0], .y = at[i][1] };
      LwEdit *edit = lw_edit_new (planes, MODEL, NULL);
      lw_apply_proposal (edit, map, NULL, &selection);
      g_autoptr(LwDiff) diff = lw_edit_finish (edit);
      g_assert_true (lw_diff_is_empty (diff));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/apply/selection", test_apply);
  g_test_add_func ("/apply/outside", test_outside);
  return g_test_run ();
}
