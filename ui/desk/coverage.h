/* coverage.h: how many pixels of the frame have which class, counted on another thread when the hand rests */
#pragma once

#include "editor/document.h"

/* Signals: "changed". */
#define LW_TYPE_COVERAGE (lw_coverage_get_type ())
G_DECLARE_FINAL_TYPE (LwCoverage, lw_coverage, LW, COVERAGE, GObject)
LwCoverage *lw_coverage_new (LwDocument *document);
gboolean lw_coverage_is_known (LwCoverage *coverage);                  /* a frame was counted */
double lw_coverage_get_share (LwCoverage *coverage, guint8 id);        /* of the frame, 0..1; LW_LABEL_NONE: what is not labelled */
guint64 lw_coverage_get_unlabelled (LwCoverage *coverage);             /* pixels */
