/* media-list.h: videos, images and folders that are to be added, chosen or dropped */
#pragma once

#include <adwaita.h>

/* Property "n-items" (uint; notifies). */
#define LW_TYPE_MEDIA_LIST (lw_media_list_get_type ())
G_DECLARE_FINAL_TYPE (LwMediaList, lw_media_list, LW, MEDIA_LIST, AdwBin)

GtkWidget *lw_media_list_new (void);
void lw_media_list_add (LwMediaList *list, GFile *file);      /* once, however often it is added; what has no path is left out */
void lw_media_list_accept_drops (LwMediaList *list, GtkWidget *where);      /* @where: the dialog that it stands in */
guint lw_media_list_get_n (LwMediaList *list);
GPtrArray *lw_media_list_dup_requests (LwMediaList *list);    /* (transfer full) (element-type LwMediaRequest) */
/* After @error: what was added nevertheless leaves the list. TRUE: names of frames were taken, and the user is asked whether prefixes shall tell them apart, which
 * dup_requests() then asks for; @again (@object) follows a yes. */
gboolean lw_media_list_resolve (LwMediaList *list, GPtrArray *requests, const GError *error, void (*again) (gpointer object), gpointer object);
