/* slots.h: the memory through which pixels go: made and sealed by the client, checked and mapped by the engine
 *
 * A slot is a memfd whose size nobody can change any more (F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL), so that touching it can't raise SIGBUS whatever
 * the other side does. The engine may still write at any moment: the client copies a result out first and looks at the copy. */
#pragma once

#include <glib.h>

#define LW_MAX_SLOTS 16
#define LW_SLOT_MAX_BYTES (G_GUINT64_CONSTANT (6) << 28)     /* a frame of LW_MAX_PIXELS: three bytes of colour, label, confidence */

#define LW_SLOT_ERROR (lw_slot_error_quark ())
typedef enum {
  LW_SLOT_ERROR_MEMORY,
  LW_SLOT_ERROR_UNSEALED,       /* not a memfd that is sealed as it must be */
  LW_SLOT_ERROR_SIZE,
} LwSlotError;
GQuark lw_slot_error_quark (void);

typedef struct { int fd; guint8 *data; gsize size; } LwSharedMemory;

gboolean lw_shared_memory_create (LwSharedMemory *memory, gsize size, GError **error);
/* @fd is taken, also on failure. @size: what the other side says. */
gboolean lw_shared_memory_map (LwSharedMemory *memory, int fd, guint64 size, GError **error);
void lw_shared_memory_clear (LwSharedMemory *memory);

/* Where a prediction's planes lie, in bytes from the start of the slot: @pixels: packed RGB; @labels: a byte a pixel; @confidence: a byte for each 4x4 block. */
typedef struct { int width, height; guint64 pixels, labels, confidence; } LwSlotLayout;

void lw_slot_layout_init (LwSlotLayout *layout, int width, int height);
guint64 lw_slot_layout_bytes (const LwSlotLayout *layout);
/* Sizes in bounds, planes within @size and apart from one another. */
gboolean lw_slot_layout_check (const LwSlotLayout *layout, gsize size, GError **error);

static inline guint64 lw_slot_pixels_bytes (const LwSlotLayout *l) { return (guint64) l->width * (guint64) l->height * 3; }
static inline guint64 lw_slot_labels_bytes (const LwSlotLayout *l) { return (guint64) l->width * (guint64) l->height; }
static inline guint64 lw_slot_confidence_bytes (const LwSlotLayout *l) { return (guint64) ((l->width + 3) / 4) * (guint64) ((l->height + 3) / 4); }
