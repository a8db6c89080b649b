/* server.h: the engine's side of the protocol: one client, one device, predictions and one training job at a time
 *
 * It knows networks and job folders, nothing else: no project, no video, no labels' meaning. */
#pragma once

#include <glib.h>

/* Serves the client at the other end of @socket (taken) until it has gone and, where a training job runs, until that is done. */
void lw_server_run (int socket);

/* What a client that asks for @device ("auto", "cpu", "cuda") would get, as a person reads it; @note (out) (optional): what was tried in vain. */
char *lw_server_describe_device (const char *device, char **note, GError **error);
