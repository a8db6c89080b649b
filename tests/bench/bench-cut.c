/* bench-cut.c: how well the box cut fits the things of CamVid, by how large and how dark they are
 *
 * bench-cut [FOLDER [EVERY]]: of CamVid, CAMVID_DIR unless told; each EVERY-th frame of val, 4 unless told. Every car, pedestrian, cyclist and sign that stands
 * alone gets a box with some room, as a hand draws it, and one first step of the cut; printed is the IoU with its label. */
#include "config.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assist/grab-cut.h"
#include "camvid-frame.h"
#include "label/regions.h"

#define LEAST 80             /* pixels of a thing: smaller ones are labelled by guess */
#define SMALL 800
#define DARK 48.0            /* mean of the brightest channel */
#define ROOM 2               /* pixels, and a twelfth of the longer side */

enum { SIGN = 6, CAR = 8, PEDESTRIAN = 9, BICYCLIST = 10 };

typedef struct { const char *name; int n, refused; double sum, seconds; GArray *ious; } Group;

enum { LARGE_THINGS, SMALL_THINGS, SMALL_DARK, CARS, PEOPLE, SIGNS, ALL, N_GROUPS };

static Group groups[N_GROUPS] = { { .name = "800 pixels and more" }, { .name = "80 to 800 pixels" }, { .name = "of these dark ones" }, { .name = "cars" },
                                  { .name = "people, cyclists" }, { .name = "signs" }, { .name = "all" } };

static double
brightness (const CamvidFrame *frame, const LwRegion *region)
{
  double sum = 0;
  int n = 0;
  for (int y = region->bbox.y; y < region->bbox.y + region->bbox.height; y++)
    for (int x = region->bbox.x; x < region->bbox.x + region->bbox.width; x++)
      if (lw_label_map_get (frame->labels, x, y) == region->class_id)
        {
          guint32 pixel = lw_pixels_row (&frame->picture, y)[x];
          sum += MAX (MAX ((pixel >> 16) & 255, (pixel >> 8) & 255), pixel & 255);
          n++;
        }
  return sum / n;
}

static double
intersection_over_union (const CamvidFrame *frame, guint8 class_id, const LwGrabCut *cut)
{
  LwCutBox box;
  const guint8 *mask = lw_grab_cut_get_mask (cut, &box);
  gint64 both = 0, either = 0;
  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      {
        gboolean is = lw_label_map_get (frame->labels, box.x + x, box.y + y) == class_id, said = mask[(gsize) y * (gsize) box.width + (gsize) x];
        both += is && said;
        either += is || said;
      }
  return (double) both / (double) MAX (either, 1);
}

static void
note (Group *group, double iou, double seconds, gboolean refused)
{
  if (group->ious == NULL)
    group->ious = g_array_new (FALSE, FALSE, sizeof (double));
  g_array_append_val (group->ious, iou);
  group->n++;
  group->refused += refused;
  group->sum += iou;
  group->seconds = MAX (group->seconds, seconds);
}

static void
cut_thing (const CamvidFrame *frame, const LwRegion *r)
{
  int room = ROOM + MAX (r->bbox.width, r->bbox.height) / 12;
  LwCutBox box = { r->bbox.x - room, r->bbox.y - room, r->bbox.width + 2 * room, r->bbox.height + 2 * room };
  gint64 start = g_get_monotonic_time ();
  g_autoptr(LwGrabCut) cut = lw_grab_cut_new (&frame->picture, &box, NULL);
  gboolean done = cut != NULL && lw_grab_cut_run (cut, NULL);
  double seconds = (double) (g_get_monotonic_time () - start) * 1e-6, iou = done ? intersection_over_union (frame, r->class_id, cut) : 0;
  note (&groups[r->pixels < SMALL ? SMALL_THINGS : LARGE_THINGS], iou, seconds, !done);
  if (r->pixels < SMALL && brightness (frame, r) < DARK)
    note (&groups[SMALL_DARK], iou, seconds, !done);
  note (&groups[r->class_id == CAR ? CARS : r->class_id == SIGN ? SIGNS : PEOPLE], iou, seconds, !done);
  note (&groups[ALL], iou, seconds, !done);
}

static void
cut_frame (const CamvidFrame *frame)
{
  g_autoptr(GArray) regions = lw_regions_find (frame->labels, NULL);
  for (guint i = 0; i < regions->len; i++)
    {
      const LwRegion *r = &g_array_index (regions, LwRegion, i);
      if (r->pixels >= LEAST && (r->class_id == CAR || r->class_id == PEDESTRIAN || r->class_id == BICYCLIST || r->class_id == SIGN))
        cut_thing (frame, r);
    }
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
print_group (Group *group)
{
  if (group->n == 0)
    return;
  g_array_sort (group->ious, compare_doubles);
  guint half = 0;
  for (guint i = 0; i < group->ious->len; i++)
    half += g_array_index (group->ious, double, i) < 0.5;
  g_print ("box cut\t%-22s\t%4d things\tmean IoU %.3f\tmedian %.3f\tbelow 0.5: %2.0f %%\trefused %d\tslowest %.0f ms\n", group->name, group->n, group->sum / group->n,
           g_array_index (group->ious, double, group->ious->len / 2), 100.0 * half / group->n, group->refused, group->seconds * 1e3);
  g_array_unref (group->ious);
}

int
main (int argc, char **argv)
{
  const char *folder = argc > 1 ? argv[1] : g_getenv ("CAMVID_DIR");
  guint every = argc > 2 ? (guint) MAX (atoi (argv[2]), 1) : 4;
  g_autofree char *val = folder != NULL ? g_build_filename (folder, "val", NULL) : NULL;
  g_autoptr(GDir) dir = val != NULL ? g_dir_open (val, 0, NULL) : NULL;
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  if (dir == NULL || !lw_grab_cut_is_available ())
    {
      g_print ("bench-cut needs CamVid (its folder, or CAMVID_DIR) and a build with OpenCV\n");
      return 0;
    }
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i += every)
    {
      CamvidFrame frame;
      if (!camvid_frame_read (&frame, folder, names->pdata[i]))
        continue;
      cut_frame (&frame);
      camvid_frame_clear (&frame);
    }
  for (int i = 0; i < N_GROUPS; i++)
    print_group (&groups[i]);
  return 0;
}
