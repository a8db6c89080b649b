/* client-slots.c: the client's memory for frames: filled, lent to the engine by generation, and read back with suspicion */
#include "config.h"
#include "client-private.h"
#include <glib/gi18n-lib.h>
#include <string.h>

#define KEEP_BYTES (64u << 20)        /* a larger slot is given back after use */
#define MAX_PLAN_KEY 65536

void
lw_client_slots_init (LwClientSlots *slots)
{
  *slots = (LwClientSlots) { 0 };
  for (int i = 0; i < LW_N_SLOTS; i++)
    slots->slots[i].memory.fd = -1;
}

void
lw_client_slots_clear (LwClientSlots *slots)
{
  for (int i = 0; i < LW_N_SLOTS; i++)
    lw_shared_memory_clear (&slots->slots[i].memory);
  lw_client_slots_init (slots);
}

/* A free one that is large enough, else any free one. */
static int
find_free (LwClientSlots *slots, gsize bytes)
{
  int any = -1;
  for (int i = 0; i < LW_N_SLOTS; i++)
    if (!slots->slots[i].in_use)
      {
        any = i;
        if (slots->slots[i].memory.size >= bytes)
          break;
      }
  return any;
}

static gboolean
make_room (LwClientSlots *slots, LwClientSlot *slot, gsize bytes, GError **error)
{
  if (slot->memory.size >= bytes)
    return TRUE;
  lw_shared_memory_clear (&slot->memory);
  slot->known = FALSE;
  slot->generation = ++slots->generation;
  return lw_shared_memory_create (&slot->memory, bytes, error);
}

int
lw_client_slots_fill (LwClientSlots *slots, const LwImage *image, LwJson *parameters, GError **error)
{
  LwSlotLayout layout;
  lw_slot_layout_init (&layout, image->width, image->height);
  gsize bytes = (gsize) lw_slot_layout_bytes (&layout);
  int i = find_free (slots, bytes);
  if (i < 0 || !make_room (slots, &slots->slots[i], bytes, error))
    return -1;
  LwClientSlot *slot = &slots->slots[i];
  slot->in_use = TRUE;
  lw_image_to_rgb (image, slot->memory.data + layout.pixels);
  json_object_object_add (parameters, "slot", json_object_new_int (i));
  json_object_object_add (parameters, "generation", json_object_new_int64 (slot->generation));
  json_object_object_add (parameters, "width", json_object_new_int (layout.width));
  json_object_object_add (parameters, "height", json_object_new_int (layout.height));
  json_object_object_add (parameters, "pixels", json_object_new_int64 ((gint64) layout.pixels));
  json_object_object_add (parameters, "labels", json_object_new_int64 ((gint64) layout.labels));
  json_object_object_add (parameters, "confidence", json_object_new_int64 ((gint64) layout.confidence));
  return i;
}

static LwLabelMap *
copy_plane (const guint8 *plane, int width, int height)
{
  LwLabelMap *map = lw_label_map_new (width, height);
  for (int y = 0; map != NULL && y < height; y++)
    memcpy (lw_label_map_row (map, y), plane + (gsize) y * (gsize) width, (gsize) width);
  return map;
}

static gboolean
check_channels (const LwLabelMap *map, gint64 classes, GError **error)
{
  guint64 counts[256];
  lw_label_map_count (map, counts);
  for (int i = (int) classes; i < 256; i++)
    if (counts[i] > 0)
      {
        g_set_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_PROTOCOL, _("The engine answered with channel %d of a model of %d classes."), i, (int) classes);
        return FALSE;
      }
  return TRUE;
}

LwPrediction *
lw_client_slots_take (LwClientSlots *slots, int i, const LwImage *image, LwJson *result, GError **error)
{
  const LwClientSlot *slot = &slots->slots[i];
  gint64 classes, generation;
  double seconds = 0;
  const char *key = "";
  if (!lw_json_get_int (result, "classes", 1, 255, &classes, error)
      || !lw_json_get_int (result, "generation", slot->generation, slot->generation, &generation, error))
    return NULL;
  lw_json_get_double (result, "seconds", &seconds, NULL);
  lw_json_get_string (result, "plan_key", &key, NULL);
  LwSlotLayout layout;
  lw_slot_layout_init (&layout, image->width, image->height);
  g_autoptr(LwPrediction) prediction = g_new0 (LwPrediction, 1);
  prediction->channels = copy_plane (slot->memory.data + layout.labels, image->width, image->height);
  prediction->confidence = copy_plane (slot->memory.data + layout.confidence, (image->width + 3) / 4, (image->height + 3) / 4);
  if (!check_channels (prediction->channels, classes, error))
    return NULL;
  prediction->seconds = MAX (seconds, 0);
  prediction->plan_key = g_strndup (key, MAX_PLAN_KEY);
  return g_steal_pointer (&prediction);
}

gboolean
lw_client_slots_release (LwClientSlots *slots, int i)
{
  LwClientSlot *slot = &slots->slots[i];
  slot->in_use = FALSE;
  if (slot->memory.size <= KEEP_BYTES)
    return FALSE;
  lw_shared_memory_clear (&slot->memory);
  slot->known = FALSE;
  return TRUE;
}
