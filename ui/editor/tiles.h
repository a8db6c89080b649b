/* tiles.h: the visible content, composed into tiles that are kept from one repaint to the next
 *
 * Each tile is a cairo surface in a GskCairoNode of its own. GSK compares nodes by pointer, so of a repaint in which one tile got
 * a new node only that tile is drawn (13 to 36 times cheaper than a texture a frame). Tiles lie in content pixels: panning composes only what comes into view. */
#pragma once

#include <gtk/gtk.h>
#include "editor/compositor.h"
#include "editor/view.h"

typedef struct _LwTiles LwTiles;
LwTiles *lw_tiles_new (void);
void lw_tiles_free (LwTiles *tiles);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwTiles, lw_tiles_free)
/* The widget goes away. GSK's GL renderer (4.8) knows a node's texture by the node's address alone, and forgets it two frames after its last use: were
 * the nodes freed together with their window, the next window could get nodes at the same addresses, and show the old tiles. So they
 * stay allocated until some other tiles have been drawn a few times. */
void lw_tiles_bury (LwTiles *tiles);

void lw_tiles_damage (LwTiles *tiles, const LwRect *content);       /* labels or proposal changed there */
void lw_tiles_damage_all (LwTiles *tiles);                          /* labels, proposal or colours changed anywhere */
void lw_tiles_reset (LwTiles *tiles);                               /* another picture or another zoom */

/* While this holds, new tiles below 100 % are composed without the filter, which is the dearest part of them; afterwards they are made anew. */
void lw_tiles_set_coarse (LwTiles *tiles, gboolean coarse);
/* Brings the visible tiles up to date and appends them. @scene NULL: shows what there is, composes nothing. @part: of the viewport: tiles that lie wholly
 * outside of it are let go. @scale: device pixels a unit of the snapshot. */
void lw_tiles_snapshot (LwTiles *tiles, const LwCompositor *compositor, const LwScene *scene, const LwView *view, const LwRect *part, int scale,
                        GtkSnapshot *snapshot);
