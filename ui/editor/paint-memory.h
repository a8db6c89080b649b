/* paint-memory.h: keeps the memory that a window's frames are painted in from frame to frame */
#pragma once

#include <gtk/gtk.h>

/**
 * lw_paint_memory_set_limits:
 *
 * What of glibc's memory goes back to the system when it is freed, and what is kept for the next frame. Call first in main().
 */
void lw_paint_memory_set_limits (void);

/**
 * lw_paint_memory_keep:
 * @surface: what a window's frames are painted on
 *
 * Cairo asks for shared memory as large as what a frame changes, and gives it back when the frame is shown: a new page for every 4 KiB, 4 ms of 7 for a view of 1600 x 900.
 * After this call it finds the memory of the frame before. To be called again when @surface has grown. Does nothing where frames don't go through cairo and X.
 */
void lw_paint_memory_keep (GdkSurface *surface);
