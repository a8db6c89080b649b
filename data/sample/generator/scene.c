/* scene.c: everything in the street as polygons, sticks and shadows, sorted for drawing */
#include "config.h"
#include "scene.h"

#define FARTHEST 260.0f        /* metres: the haze has what is beyond */
#define THINNEST 0.12f         /* pixels: a thinner stick isn't drawn */

Place
place_on (const Course *course, float along, float across, float height, float turn)
{
  float heading = course_heading (course, along), angle = heading + turn;
  return (Place) { VEC (course_x (course, along) + across * cosf (heading), height, along - across * sinf (heading)),
                   VEC (cosf (angle), 0, -sinf (angle)), VEC (0, 1, 0), VEC (sinf (angle), 0, cosf (angle)) };
}

Scene *
scene_new (void)
{
  Scene *scene = g_new0 (Scene, 1);
  scene->items = g_array_new (FALSE, FALSE, sizeof (Item));
  scene->shadows = g_array_new (FALSE, FALSE, sizeof (Shadow));
  return scene;
}

void
scene_free (Scene *scene)
{
  g_array_unref (scene->items);
  g_array_unref (scene->shadows);
  g_free (scene);
}

static int
compare_distance (gconstpointer a, gconstpointer b)
{
  float left = ((const Item *) a)->distance, right = ((const Item *) b)->distance;
  return left < right ? -1 : left > right;
}

void
scene_end_standing (Scene *scene)
{
  scene->n_standing = scene->items->len;
  scene->n_standing_shadows = scene->shadows->len;
}

void
scene_start_frame (Scene *scene)
{
  g_array_set_size (scene->items, scene->n_standing);
  g_array_set_size (scene->shadows, scene->n_standing_shadows);
}

void
scene_add_stick (Scene *scene, Vec a, Vec b, float radius_a, float radius_b, const Surface *surface)
{
  Item item = { .kind = STICK, .n = 2, .corners = { { a, radius_a, 0 }, { b, radius_b, 0 } }, .centre = mix (a, b, 0.5f), .surface = *surface };
  g_array_append_val (scene->items, item);
}

void
scene_add_sprite (Scene *scene, Vec centre, float half_side, Vec normal, const Surface *surface)
{
  Item item = { .kind = SPRITE, .n = 4, .corners = { { centre, half_side, 0 } }, .normal = normal, .centre = centre, .surface = *surface };
  g_array_append_val (scene->items, item);
}

static void
add_polygon (Scene *scene, const Corner *corners, int n, Vec outward, const Surface *surface)
{
  Item item = { .n = n, .surface = *surface };
  for (int i = 0; i < n; i++)
    {
      item.corners[i] = corners[i];
      item.centre = add (item.centre, scale (corners[i].at, 1.0f / (float) n));
    }
  Vec across = sub (corners[2].at, corners[0].at), other = sub (corners[n - 1].at, corners[1].at);
  Vec normal = n == 4 ? cross (across, other) : cross (across, sub (corners[1].at, corners[0].at));
  if (length (normal) < 1e-7f)
    return;
  normal = unit (normal);
  item.normal = dot (normal, outward) < 0 ? scale (normal, -1) : normal;
  g_array_append_val (scene->items, item);
}

void
scene_add_quad (Scene *scene, const Vec at[4], Vec outward, const Surface *surface)
{
  const Corner corners[4] = { { at[0], 0, 0 }, { at[1], 1, 0 }, { at[2], 1, 1 }, { at[3], 0, 1 } };
  add_polygon (scene, corners, 4, outward, surface);
}

void
scene_add_triangle (Scene *scene, Vec a, Vec b, Vec c, Vec outward, const Surface *surface)
{
  const Corner corners[3] = { { a, 0.5f, 0 }, { b, 1, 1 }, { c, 0, 1 } };
  add_polygon (scene, corners, 3, outward, surface);
}

void
scene_add_box (Scene *scene, const Place *place, Vec low, Vec high, const Surface *surface)
{
  Vec at[8];
  for (int i = 0; i < 8; i++)
    at[i] = place_point (place, i & 1 ? high.x : low.x, i & 2 ? high.y : low.y, i & 4 ? high.z : low.z);
  static const struct { int corners[4]; float x, y, z; } sides[5] = {
    { { 2, 3, 1, 0 }, 0, 0, -1 }, { { 6, 7, 5, 4 }, 0, 0, 1 }, { { 6, 2, 0, 4 }, -1, 0, 0 }, { { 3, 7, 5, 1 }, 1, 0, 0 }, { { 6, 7, 3, 2 }, 0, 1, 0 },
  };
  for (int i = 0; i < 5; i++)
    {
      const Vec quad[4] = { at[sides[i].corners[0]], at[sides[i].corners[1]], at[sides[i].corners[2]], at[sides[i].corners[3]] };
      scene_add_quad (scene, quad, place_direction (place, sides[i].x, sides[i].y, sides[i].z), surface);
    }
}

void
scene_add_shadow (Scene *scene, const Vec at[4], const Texture *texture, float strength, gboolean sunny)
{
  Shadow shadow = { { { at[0], 0, 0 }, { at[1], 1, 0 }, { at[2], 1, 1 }, { at[3], 0, 1 } }, texture, strength, sunny };
  g_array_append_val (scene->shadows, shadow);
}

void
scene_measure (Scene *scene, const View *view)
{
  for (guint i = 0; i < scene->items->len; i++)
    {
      Item *item = &g_array_index (scene->items, Item, i);
      item->distance = length (sub (item->centre, view->eye));
    }
}

/* Sorted places of the items that are worth drawing. */
static GArray *
visible_items (Scene *scene, const View *view, gboolean blended)
{
  GArray *visible = g_array_new (FALSE, FALSE, sizeof (Item *));
  for (guint i = 0; i < scene->items->len; i++)
    {
      Item *item = &g_array_index (scene->items, Item, i);
      gboolean thin = item->kind == STICK && fmaxf (item->corners[0].u, item->corners[1].u) * view->focal < THINNEST * item->distance;
      if (item->surface.blends == blended && item->distance < FARTHEST && !thin)
        g_array_append_val (visible, item);
    }
  return visible;
}

static int
compare_near (gconstpointer a, gconstpointer b)
{
  return compare_distance (*(const Item *const *) a, *(const Item *const *) b);
}

static void
draw_sprite (const Item *item, Target *target, const View *view, const Light *light)
{
  Vec right = scale (view->right, item->corners[0].u), up = scale (view->up, item->corners[0].u), at = item->centre;
  const Corner corners[4] = { { sub (add (at, up), right), 0, 0 }, { add (add (at, up), right), 1, 0 },
                              { add (sub (at, up), right), 1, 1 }, { sub (sub (at, up), right), 0, 1 } };
  draw_polygon (target, view, light, corners, 4, item->normal, &item->surface);
}

static void
draw_item (const Item *item, Target *target, const View *view, const Light *light)
{
  if (item->kind == SPRITE)
    draw_sprite (item, target, view, light);
  else if (item->kind == STICK)
    draw_stick (target, view, light, item->corners[0].at, item->corners[1].at, item->corners[0].u, item->corners[1].u, &item->surface);
  else
    draw_polygon (target, view, light, item->corners, item->n, item->normal, &item->surface);
}

void
scene_draw_solid (Scene *scene, Target *target, const View *view, const Light *light)
{
  g_autoptr(GArray) visible = visible_items (scene, view, FALSE);
  g_array_sort (visible, compare_near);
  for (guint i = 0; i < visible->len; i++)
    draw_item (g_array_index (visible, Item *, i), target, view, light);
}

void
scene_draw_blended (Scene *scene, Target *target, const View *view, const Light *light)
{
  g_autoptr(GArray) visible = visible_items (scene, view, TRUE);
  g_array_sort (visible, compare_near);
  for (guint i = visible->len; i > 0; i--)
    draw_item (g_array_index (visible, Item *, i - 1), target, view, light);
}

void
scene_draw_shadows (Scene *scene, Target *target, const View *view, const Light *light)
{
  for (guint i = 0; i < scene->shadows->len; i++)
    {
      const Shadow *shadow = &g_array_index (scene->shadows, Shadow, i);
      if (length (sub (shadow->corners[0].at, view->eye)) < FARTHEST / 2)
        draw_shadow (target, view, light, shadow->corners, 4, shadow->texture, shadow->strength, shadow->sunny);
    }
}
