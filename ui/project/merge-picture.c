/* merge-picture.c: a region on which two copies disagree, as either side has it, over what the camera saw */
#include "config.h"
#include "merge-picture.h"

#include "project/frame-photo.h"

#define LEAST_CROP 96        /* image pixels of a picture, at least, so that the eye finds the place */
#define CROP_MARGIN 24
#define PICTURE_SIDE 480     /* device pixels, about */
#define SAME_PART 15         /* in a hundred of the labels' colour over the photo: where both agree, and where they don't */
#define OTHER_PART 60

LwMergePicture *
lw_merge_picture_new (const char *folder, const LwMergeRegion *region)
{
  LwMergePicture *picture = g_new0 (LwMergePicture, 1);
  picture->folder = g_strdup (folder);
  picture->frame = g_strdup (region->frame);
  picture->box = region->box;
  return picture;
}

void
lw_merge_picture_free (LwMergePicture *picture)
{
  g_free (picture->folder);
  g_free (picture->frame);
  g_clear_object (&picture->ours);
  g_clear_object (&picture->theirs);
  g_free (picture);
}

/* The region with some of what is around it. */
static LwRect
crop (const LwRect *box, const LwLabelMap *map)
{
  int width = MIN (MAX (box->width + 2 * CROP_MARGIN, LEAST_CROP), map->width), height = MIN (MAX (box->height + 2 * CROP_MARGIN, LEAST_CROP), map->height);
  int x = CLAMP (box->x + box->width / 2 - width / 2, 0, map->width - width), y = CLAMP (box->y + box->height / 2 - height / 2, 0, map->height - height);
  return (LwRect) { x, y, width, height };
}

typedef struct
{
  const LwLabelMap *map, *other;
  const LwPalette *palette;
  const LwImage *photo;        /* NULL: none could be read */
} Side;

static void
colour_pixel (const Side *side, int x, int y, guint8 rgb[3])
{
  guint8 label = lw_label_map_get (side->map, x, y);
  const LwClass *klass = label != LW_LABEL_NONE ? lw_palette_find_id (side->palette, label) : NULL;
  gboolean same = label == lw_label_map_get (side->other, x, y);
  for (int c = 0; c < 3; c++)
    rgb[c] = klass != NULL ? klass->rgb[c] : label == LW_LABEL_NONE ? 40 : 200;
  if (side->photo != NULL)
    lw_frame_photo_blend (side->photo, x, y, same ? SAME_PART : OTHER_PART, rgb);
  else if (same)
    for (int c = 0; c < 3; c++)
      rgb[c] = (guint8) (rgb[c] * 2 / 5);
}

/* White within black, so that it is seen on every colour; a pixel of the picture away from the region. */
static void
draw_box (guint8 *rgb, int width, int height, const LwRect *area, const LwRect *box, int scale)
{
  int left = (box->x - area->x) * scale, top = (box->y - area->y) * scale, right = left + box->width * scale, bottom = top + box->height * scale;
  for (int y = MAX (0, top - 5); y < MIN (height, bottom + 5); y++)
    for (int x = MAX (0, left - 5); x < MIN (width, right + 5); x++)
      {
        int away = MAX (MAX (left - x, x - right + 1), MAX (top - y, y - bottom + 1));
        if (away > 1)
          memset (rgb + ((gsize) y * (gsize) width + (gsize) x) * 3, away < 4 ? 255 : 0, 3);
      }
}

/* Whole pixels, enlarged. */
static GdkTexture *
draw (const Side *side, const LwRect *area, const LwRect *box)
{
  int scale = MAX (1, PICTURE_SIDE / MAX (area->width, area->height)), width = area->width * scale, height = area->height * scale;
  guint8 *rgb = g_malloc ((gsize) width * (gsize) height * 3), *at = rgb;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++, at += 3)
      if (x % scale > 0)
        memcpy (at, at - 3, 3);
      else
        colour_pixel (side, area->x + x / scale, area->y + y / scale, at);
  draw_box (rgb, width, height, area, box, scale);
  g_autoptr (GBytes) bytes = g_bytes_new_take (rgb, (gsize) width * (gsize) height * 3);
  return gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8, bytes, (gsize) width * 3);
}

static LwImage *
read_photo (LwProject *project, const char *name, GCancellable *cancellable)
{
  const char *const specs[] = { name, NULL };
  g_autoptr (GPtrArray) frames = lw_project_select_frames (project, specs, NULL);
  return frames != NULL && frames->len == 1 ? lw_frame_photo_read (project, frames->pdata[0], cancellable) : NULL;
}

gboolean
lw_merge_picture_draw (LwMergePicture *picture, LwProject *project, GCancellable *cancellable, GError **error)
{
  LwPlanes *ours = NULL, *theirs = NULL;
  g_autoptr (LwProject) other = lw_project_open (picture->folder, error);
  g_autoptr (LwPalette) palette = other != NULL ? lw_project_dup_palette (project, error) : NULL;
  if (palette == NULL || !lw_project_load_merge (project, other, picture->frame, &ours, &theirs, error))
    return FALSE;
  g_autoptr (LwImage) photo = read_photo (project, picture->frame, cancellable);
  const LwLabelMap *a = ours->plane[LW_PLANE_CLASS], *b = theirs->plane[LW_PLANE_CLASS];
  LwRect area = crop (&picture->box, a);
  picture->ours = draw (&(Side) { a, b, palette, photo }, &area, &picture->box);
  picture->theirs = draw (&(Side) { b, a, palette, photo }, &area, &picture->box);
  lw_planes_free (ours);
  lw_planes_free (theirs);
  return TRUE;
}
