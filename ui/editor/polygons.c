/* polygons.c: corners set so far, frame by frame */
#include "config.h"
#include "editor/polygons.h"
#include <math.h>

#define MAX_FRAMES 1000
#define MAX_CORNERS 10000      /* of one polygon in a text */

static GArray *
corners_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (LwPoint));
}

LwPolygons *
lw_polygons_new (void)
{
  LwPolygons *self = g_new0 (LwPolygons, 1);

  self->by_frame = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_array_unref);
  self->corners = corners_new ();
  self->taken_back = corners_new ();
  self->given_up = corners_new ();
  return self;
}

void
lw_polygons_free (LwPolygons *self)
{
  g_hash_table_unref (self->by_frame);
  g_array_unref (self->corners);
  g_array_unref (self->taken_back);
  g_array_unref (self->given_up);
  g_free (self);
}

static void
forget_turns (LwPolygons *self)
{
  g_array_set_size (self->taken_back, 0);
  g_array_set_size (self->given_up, 0);
}

void
lw_polygons_show (LwPolygons *self, gint64 frame)
{
  if (frame == self->frame)
    return;
  if (self->corners->len > 0)
    {
      g_hash_table_insert (self->by_frame, g_memdup2 (&self->frame, sizeof self->frame), self->corners);
      self->corners = corners_new ();
    }
  forget_turns (self);
  self->frame = frame;
  gpointer key, kept;
  if (g_hash_table_steal_extended (self->by_frame, &frame, &key, &kept))
    {
      g_array_unref (self->corners);
      self->corners = kept;
      g_free (key);
    }
}

void
lw_polygons_add (LwPolygons *self, LwPoint corner)
{
  forget_turns (self);
  g_array_append_val (self->corners, corner);
}

void
lw_polygons_finish (LwPolygons *self)
{
  forget_turns (self);
  g_array_set_size (self->corners, 0);
}

void
lw_polygons_give_up (LwPolygons *self)
{
  if (self->corners->len == 0)
    return;
  forget_turns (self);
  g_array_append_vals (self->given_up, self->corners->data, self->corners->len);
  g_array_set_size (self->corners, 0);
}

/* ---- undo and redo ---- */

gboolean
lw_polygons_can_turn (const LwPolygons *self, gboolean redo)
{
  return redo ? self->taken_back->len > 0 : self->corners->len > 0 || self->given_up->len > 0;
}

static void
move_last (GArray *from, GArray *to)
{
  g_array_append_vals (to, &g_array_index (from, LwPoint, from->len - 1), 1);
  g_array_set_size (from, from->len - 1);
}

gboolean
lw_polygons_turn (LwPolygons *self, gboolean redo)
{
  if (!lw_polygons_can_turn (self, redo))
    return FALSE;
  if (redo)
    move_last (self->taken_back, self->corners);
  else if (self->corners->len > 0)
    move_last (self->corners, self->taken_back);
  else
    {
      g_array_append_vals (self->corners, self->given_up->data, self->given_up->len);
      g_array_set_size (self->given_up, 0);
    }
  return TRUE;
}

/* ---- as text: "12:3.5 4,7 8;13:…", frame by frame ---- */

static void
append_frame (GString *text, gint64 frame, const GArray *corners)
{
  char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (text, "%s%" G_GINT64_FORMAT ":", text->len > 0 ? ";" : "", frame);
  for (guint i = 0; i < corners->len; i++)
    {
      const LwPoint *corner = &g_array_index (corners, LwPoint, i);
      g_string_append_printf (text, "%s%s %s", i > 0 ? "," : "", g_ascii_formatd (x, sizeof x, "%.3f", corner->x),
                              g_ascii_formatd (y, sizeof y, "%.3f", corner->y));
    }
}

char *
lw_polygons_to_text (const LwPolygons *self)
{
  GString *text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer frame, corners;

  g_hash_table_iter_init (&iter, self->by_frame);
  for (guint n = 0; n < MAX_FRAMES && g_hash_table_iter_next (&iter, &frame, &corners); n++)
    append_frame (text, *(gint64 *) frame, corners);
  if (self->corners->len > 0)
    append_frame (text, self->frame, self->corners);
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

static GArray *
take_corners (const char *text)
{
  g_autoptr(GArray) corners = corners_new ();
  g_auto(GStrv) parts = g_strsplit (text, ",", MAX_CORNERS + 1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      LwPoint corner;
      if (i == MAX_CORNERS || !take_corner (parts[i], &corner))
        return NULL;
      g_array_append_val (corners, corner);
    }
  return corners->len > 0 ? g_steal_pointer (&corners) : NULL;
}

void
lw_polygons_take_text (LwPolygons *self, const char *text)
{
  g_auto(GStrv) frames = g_strsplit (text, ";", MAX_FRAMES + 1);

  for (char **frame = frames; *frame != NULL; frame++)
    {
      char *end;
      gint64 id = g_ascii_strtoll (*frame, &end, 10);
      GArray *corners = id > 0 && *end == ':' ? take_corners (end + 1) : NULL;
      if (corners == NULL)
        continue;
      if (id != self->frame)
        g_hash_table_insert (self->by_frame, g_memdup2 (&id, sizeof id), corners);
      else
        {
          g_array_unref (self->corners);
          self->corners = corners;
        }
    }
}
