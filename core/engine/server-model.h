/* server-model.h: the network that a training job starts from */
#pragma once

#include "job.h"
#include "nn/weights/model.h"

/* The base model with its channels as they are; or a network of the job's own classes, to which the base gives everything but the score
 * layers, and of those the rows of the classes that mean the same; or a new network, which starts from the base where that is weights of
 * another program (nn/weights/import.h). */
LwNetModel *lw_server_model_for_job (const char *folder, const LwJobRequest *request, guint64 seed, GError **error);
