/* polygons.c: corners set so far, frame by frame */
#include "config.h"
#include "editor/polygons.h"
#include <math.h>

#define MAX_FRAMES 1000
#define MAX_CORNERS 10000      /* of one polygon in a text */
#define MAX_PAST 200           /* changes that can be taken back */

/* ---- shapes ---- */

static LwShape *
shape_new (void)
{
  LwShape *shape = g_new (LwShape, 1);
  gsize none = 0;

  shape->corners = g_array_new (FALSE, FALSE, sizeof (LwPoint));
  shape->parts = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_array_append_val (shape->parts, none);
  return shape;
}

static LwShape *
shape_copy (const LwShape *shape)
{
  LwShape *copy = g_new (LwShape, 1);

  copy->corners = g_array_copy (shape->corners);
  copy->parts = g_array_copy (shape->parts);
  return copy;
}

static void
shape_free (LwShape *shape)
{
  g_array_unref (shape->corners);
  g_array_unref (shape->parts);
  g_free (shape);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwShape, shape_free)

static gsize *
part_size (const LwShape *shape, guint part)
{
  return &g_array_index (shape->parts, gsize, part);
}

static gsize *
open_size (const LwShape *shape)
{
  return part_size (shape, shape->parts->len - 1);
}

static guint
part_of (const LwShape *shape, guint corner, guint *first)
{
  guint part = 0;

  *first = 0;
  while (part + 1 < shape->parts->len && corner >= *first + *part_size (shape, part))
    *first += (guint) *part_size (shape, part++);
  return part;
}

static void
shape_remove_part (LwShape *shape, guint part)
{
  guint first = 0;

  for (guint i = 0; i < part; i++)
    first += (guint) *part_size (shape, i);
  if (*part_size (shape, part) > 0)
    g_array_remove_range (shape->corners, first, (guint) *part_size (shape, part));
  if (part + 1 < shape->parts->len)
    g_array_remove_index (shape->parts, part);
  else
    *open_size (shape) = 0;
}

static void
shape_remove (LwShape *shape, guint corner)
{
  guint first, part = part_of (shape, corner, &first);

  g_array_remove_index (shape->corners, corner);
  --*part_size (shape, part);
  if (part + 1 < shape->parts->len && *part_size (shape, part) < 3)
    shape_remove_part (shape, part);
}

static void
shape_remove_last (LwShape *shape)
{
  if (*open_size (shape) == 0 && shape->parts->len > 1)
    g_array_set_size (shape->parts, shape->parts->len - 1);      /* what was the last part is open again */
  if (*open_size (shape) == 0)
    return;
  g_array_set_size (shape->corners, shape->corners->len - 1);
  --*open_size (shape);
}

/* ---- frames ---- */

static void
set_shape (LwPolygons *self, LwShape *shape)
{
  shape_free (self->shape);
  self->shape = shape;
}

LwPolygons *
lw_polygons_new (void)
{
  LwPolygons *self = g_new0 (LwPolygons, 1);

  self->by_frame = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) shape_free);
  self->shape = shape_new ();
  self->past = g_ptr_array_new_with_free_func ((GDestroyNotify) shape_free);
  self->future = g_ptr_array_new_with_free_func ((GDestroyNotify) shape_free);
  return self;
}

void
lw_polygons_free (LwPolygons *self)
{
  g_hash_table_unref (self->by_frame);
  shape_free (self->shape);
  g_ptr_array_unref (self->past);
  g_ptr_array_unref (self->future);
  g_free (self);
}

static void
forget_turns (LwPolygons *self)
{
  g_ptr_array_set_size (self->past, 0);
  g_ptr_array_set_size (self->future, 0);
}

void
lw_polygons_show (LwPolygons *self, gint64 frame)
{
  if (frame == self->frame)
    return;
  if (!lw_polygons_is_empty (self))
    g_hash_table_insert (self->by_frame, g_memdup2 (&self->frame, sizeof self->frame), shape_copy (self->shape));
  set_shape (self, shape_new ());
  forget_turns (self);
  self->frame = frame;
  gpointer key, kept;
  if (g_hash_table_steal_extended (self->by_frame, &frame, &key, &kept))
    {
      set_shape (self, kept);
      g_free (key);
    }
}

gboolean
lw_polygons_is_empty (const LwPolygons *self)
{
  return self->shape->corners->len == 0;
}

gsize
lw_polygons_open_size (const LwPolygons *self)
{
  return *open_size (self->shape);
}

gboolean
lw_polygons_can_close (const LwPolygons *self)
{
  gsize open = *open_size (self->shape);
  return open >= 3 || (open == 0 && self->shape->parts->len > 1);
}

/* ---- changes ---- */

static void
remember (LwPolygons *self)
{
  g_ptr_array_set_size (self->future, 0);
  if (self->past->len == MAX_PAST)
    g_ptr_array_remove_index (self->past, 0);
  g_ptr_array_add (self->past, shape_copy (self->shape));
}

void
lw_polygons_add (LwPolygons *self, LwPoint corner)
{
  remember (self);
  g_array_append_val (self->shape->corners, corner);
  ++*open_size (self->shape);
}

void
lw_polygons_insert (LwPolygons *self, guint after, LwPoint corner)
{
  guint first, part = part_of (self->shape, after, &first);

  remember (self);
  g_array_insert_val (self->shape->corners, after + 1, corner);
  ++*part_size (self->shape, part);
}

void
lw_polygons_remove (LwPolygons *self, guint corner)
{
  remember (self);
  shape_remove (self->shape, corner);
}

void
lw_polygons_remove_last (LwPolygons *self)
{
  if (lw_polygons_is_empty (self))
    return;
  remember (self);
  shape_remove_last (self->shape);
}

void
lw_polygons_remove_part (LwPolygons *self, guint part)
{
  remember (self);
  shape_remove_part (self->shape, part);
}

void
lw_polygons_close_part (LwPolygons *self)
{
  gsize none = 0;

  if (*open_size (self->shape) < 3)
    return;
  remember (self);
  g_array_append_val (self->shape->parts, none);
}

void
lw_polygons_give_up (LwPolygons *self)
{
  if (lw_polygons_is_empty (self))
    return;
  remember (self);
  set_shape (self, shape_new ());
}

void
lw_polygons_begin_move (LwPolygons *self)
{
  remember (self);
}

void
lw_polygons_place (LwPolygons *self, guint corner, LwPoint at)
{
  g_array_index (self->shape->corners, LwPoint, corner) = at;
}

void
lw_polygons_cancel_move (LwPolygons *self)
{
  set_shape (self, g_ptr_array_steal_index (self->past, self->past->len - 1));
}

void
lw_polygons_finish (LwPolygons *self)
{
  forget_turns (self);
  set_shape (self, shape_new ());
}

/* ---- undo and redo ---- */

gboolean
lw_polygons_can_turn (const LwPolygons *self, gboolean redo)
{
  return redo ? self->future->len > 0 : self->past->len > 0 || !lw_polygons_is_empty (self);
}

gboolean
lw_polygons_turn (LwPolygons *self, gboolean redo)
{
  GPtrArray *from = redo ? self->future : self->past, *to = redo ? self->past : self->future;

  if (!lw_polygons_can_turn (self, redo))
    return FALSE;
  g_ptr_array_add (to, shape_copy (self->shape));
  if (from->len > 0)
    set_shape (self, g_ptr_array_steal_index (from, from->len - 1));
  else
    shape_remove_last (self->shape);
  return TRUE;
}

/* ---- as text: "12:3.5 4,7 8|1 2,…;13:…", frame by frame, part by part; the last part is the open one ---- */

static void
append_part (GString *text, const LwPoint *corners, gsize n)
{
  char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s %s", i > 0 ? "," : "", g_ascii_formatd (x, sizeof x, "%.3f", corners[i].x), g_ascii_formatd (y, sizeof y, "%.3f", corners[i].y));
}

static void
append_frame (GString *text, gint64 frame, const LwShape *shape)
{
  const LwPoint *corners = (const LwPoint *) (gpointer) shape->corners->data;

  g_string_append_printf (text, "%s%" G_GINT64_FORMAT ":", text->len > 0 ? ";" : "", frame);
  for (guint part = 0; part < shape->parts->len; part++)
    {
      if (part > 0)
        g_string_append_c (text, '|');
      append_part (text, corners, *part_size (shape, part));
      corners += *part_size (shape, part);
    }
}

char *
lw_polygons_to_text (const LwPolygons *self)
{
  GString *text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer frame, shape;

  g_hash_table_iter_init (&iter, self->by_frame);
  for (guint n = 0; n < MAX_FRAMES && g_hash_table_iter_next (&iter, &frame, &shape); n++)
    append_frame (text, *(gint64 *) frame, shape);
  if (!lw_polygons_is_empty (self))
    append_frame (text, self->frame, self->shape);
  return g_string_free (text, FALSE);
}

static gboolean
take_corner (const char *text, LwPoint *corner)
{
  char *end;

  corner->x = g_ascii_strtod (text, &end);
  if (end == text || *end != ' ')
    return FALSE;
  text = end + 1;
  corner->y = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && fabs (corner->x) < 1e6 && fabs (corner->y) < 1e6;      /* not NaN either */
}

/* One more part at the end of @shape, which becomes the open one. */
static gboolean
take_part (LwShape *shape, const char *text)
{
  g_auto(GStrv) corners = g_strsplit (text, ",", MAX_CORNERS + 1);

  for (guint i = 0; corners[i] != NULL; i++)
    {
      LwPoint corner;
      if (shape->corners->len == MAX_CORNERS || !take_corner (corners[i], &corner))
        return FALSE;
      g_array_append_val (shape->corners, corner);
      ++*open_size (shape);
    }
  return TRUE;
}

static LwShape *
take_shape (const char *text)
{
  g_autoptr(LwShape) shape = shape_new ();
  g_auto(GStrv) parts = g_strsplit (text, "|", MAX_CORNERS / 3);
  gsize none = 0;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (!take_part (shape, parts[i]))
        return NULL;
      if (parts[i + 1] == NULL)
        break;
      if (*open_size (shape) < 3)
        return NULL;
      g_array_append_val (shape->parts, none);
    }
  return shape->corners->len > 0 ? g_steal_pointer (&shape) : NULL;
}

void
lw_polygons_take_text (LwPolygons *self, const char *text)
{
  g_auto(GStrv) frames = g_strsplit (text, ";", MAX_FRAMES + 1);

  for (char **frame = frames; *frame != NULL; frame++)
    {
      char *end;
      gint64 id = g_ascii_strtoll (*frame, &end, 10);
      LwShape *shape = id > 0 && *end == ':' ? take_shape (end + 1) : NULL;
      if (shape == NULL)
        continue;
      if (id != self->frame)
        g_hash_table_insert (self->by_frame, g_memdup2 (&id, sizeof id), shape);
      else
        set_shape (self, shape);
    }
}
