/* signals.h: brings news from the writer and watcher threads to the main context of whoever opened the project (private to core/store) */
#pragma once

#include "store/project/changes.h"

typedef struct _LwSignals LwSignals;
/* Made in the thread whose default main context the signals go to. Holds no reference to @project. */
LwSignals *lw_signals_new (LwProject *project);
/* From any thread; an emission that is under way keeps what it needs. NULL is nothing to unref. */
void lw_signals_unref (LwSignals *signals);
/* From any thread; gathered until the main context comes round. */
void lw_signals_changed (LwSignals *signals, const LwChanges *changes);
/* Of failing and recovering, what came last counts; @error: copied */
void lw_signals_write_failed (LwSignals *signals, const GError *error);
void lw_signals_write_recovered (LwSignals *signals);
