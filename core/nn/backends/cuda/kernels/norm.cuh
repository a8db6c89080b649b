/* norm.cuh: what the gradients of a normalisation have in common, whether a pool stands behind it or not */
#pragma once
#include "sums.cuh"

/* dy as it arrives before the ReLU: whether that let a value through is computed anew, which is cheaper than reading the output. */
LW_BOTH void
mask (Octet &g, const Octet &x, const Octet &scale, const Octet &shift)
{
  for (int k = 0; k < 8; k++)
    g.v[k] = x.v[k] * scale.v[k] + shift.v[k] > 0 ? g.v[k] : 0;
}

/* dx = scale dz + slope x + base */
struct GradientFinal {
  enum { SUMS = 2 };

  LwCudaNorm norm;
  int c, batch;
  double m;
  float *dgain, *dbias, *slope, *base;

  LW_METHOD void
  give (int channel, double sum, double along) const
  {
    double inverse = (double) norm.inverse[channel], scale = (double) norm.scale[channel], gain = along * inverse;
    double s = batch && channel < c ? -scale * inverse * gain / m : 0;

    dgain[channel] = channel < c ? (float) gain : 0;
    dbias[channel] = channel < c ? (float) sum : 0;
    slope[channel] = (float) s;
    base[channel] = batch && channel < c ? (float) (-scale * sum / m - s * (double) norm.mean[channel]) : 0;
  }
};
