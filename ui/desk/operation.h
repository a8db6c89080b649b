/* operation.h: a piece of work on another thread that a person may watch and cancel */
#pragma once

#include <gio/gio.h>

/* Properties, changed on the main thread: "fraction" (double 0..1), "text" (string). */
#define LW_TYPE_OPERATION (lw_operation_get_type ())
G_DECLARE_FINAL_TYPE (LwOperation, lw_operation, LW, OPERATION, GObject)

LwOperation *lw_operation_new (const char *title);
const char *lw_operation_get_title (LwOperation *operation);
GCancellable *lw_operation_get_cancellable (LwOperation *operation);   /* (transfer none) */

/* From any thread. Says that part @index of @n begins: lw_operation_progress() counts within it. */
void lw_operation_begin_part (LwOperation *operation, guint index, guint n, const char *text);
/* From any thread: an LwProgress whose data is the operation. */
void lw_operation_progress (double fraction, gpointer operation);
