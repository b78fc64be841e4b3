// The door to libtorch: a table of C functions, filled in by a plugin that the program opens at run
// time. The package itself needs no torch, neither to build nor to link.
//
//   plugin/ctorch.cpp   sees torch, compiled by Scripts/install-engine.sh against the user's torch
//   loader.c            opens libtorch and the plugin, and hands out the table
//   Engine/Tensors      the only Swift module that calls the table
//
// Every function that can fail returns a code; the text belonging to it waits in `last_error` for
// the calling thread until its next call.
#pragma once
#include <stdint.h>

#if !defined(__clang__)
#define _Nonnull
#define _Nullable
#endif

#ifdef __cplusplus
extern "C" {
#endif

// Raised whenever the table below changes; a plugin of another layout is refused.
#define CT_LAYOUT 5

// Status codes.
#define CT_OK 0
#define CT_TORCH_ERROR 1
#define CT_OUT_OF_MEMORY 2
#define CT_OTHER_ERROR 3

// Devices: the CPU, or 0, 1, ... for a CUDA device.
#define CT_CPU (-1)

// A tensor, owned by whoever got it: `free` gives it back.
typedef struct ct_tensor_s *ct_tensor;

// Adds up values over all processes that work on one batch, in place; 0 where it went well.
typedef int (*ct_sum)(void *_Nullable context, double *_Nonnull values, int64_t count);

typedef struct ct_api {
  int32_t layout; // CT_LAYOUT of the plugin

  // The engine.
  const char *_Nonnull (*_Nonnull last_error)(void);
  const char *_Nonnull (*_Nonnull torch_version)(void);
  int (*_Nonnull cuda_device_count)(void);
  int (*_Nonnull set_threads)(int count);
  int (*_Nonnull manual_seed)(uint64_t seed);
  // Turns the recording of gradients on or off for this thread; tells what it was before.
  int (*_Nonnull set_recording)(int enabled, int *_Nonnull previous);
  // Whether the processor multiplies matrices of bfloat16 (AMX).
  int (*_Nonnull cpu_multiplies_bfloat16)(void);
  // Mixed precision, for this thread: convolutions compute with bfloat16, everything that sums keeps
  // 32 bits. On CUDA devices the fastest kernels are found by trying, so bits may differ between
  // runs. Without effect on a CPU that does not multiply bfloat16.
  int (*_Nonnull set_mixed_precision)(int enabled);
  // Tells how values are summed over the processes that each hold a part of a batch, for this thread;
  // null: it works alone. Holds for what is computed from then on, and for its gradients, which may
  // be computed on another thread while this one waits.
  int (*_Nonnull set_summation)(ct_sum _Nullable function, void *_Nullable context);
  // How many more tensors this thread has been handed than it gave back; for leak tests.
  int64_t (*_Nonnull live_tensors)(void);

  // Making, reading and moving tensors of 32-bit floats. Values are copied. On CUDA devices, and in
  // mixed precision on the CPU, images are laid out channels last, which convolutions want there.
  int (*_Nonnull from_floats)(const float *_Nonnull values, const int64_t *_Nonnull shape,
                              int dimensions, int device, ct_tensor _Nullable *_Nonnull out);
  int (*_Nonnull to_floats)(ct_tensor _Nonnull x, float *_Nonnull values, int64_t count);
  // The same values in 32 bits; the tensor itself where it has them.
  int (*_Nonnull single_precision)(ct_tensor _Nonnull x, ct_tensor _Nullable *_Nonnull out);
  int (*_Nonnull zeros_like)(ct_tensor _Nonnull x, ct_tensor _Nullable *_Nonnull out);
  int (*_Nonnull dimensions)(ct_tensor _Nonnull x);
  int64_t (*_Nonnull extent)(ct_tensor _Nonnull x, int dimension);
  int (*_Nonnull copy_)(ct_tensor _Nonnull x, ct_tensor _Nonnull source);
  void (*_Nonnull free)(ct_tensor _Nonnull x);

  // Arithmetic, element by element with broadcasting.
  int (*_Nonnull add)(ct_tensor _Nonnull a, ct_tensor _Nonnull b,
                      ct_tensor _Nullable *_Nonnull out);
  int (*_Nonnull multiply)(ct_tensor _Nonnull a, ct_tensor _Nonnull b,
                           ct_tensor _Nullable *_Nonnull out);
  int (*_Nonnull divide)(ct_tensor _Nonnull a, ct_tensor _Nonnull b,
                         ct_tensor _Nullable *_Nonnull out);
  int (*_Nonnull affine)(ct_tensor _Nonnull x, double scale, double shift, // scale x + shift
                         ct_tensor _Nullable *_Nonnull out);
  int (*_Nonnull sum)(ct_tensor _Nonnull x, ct_tensor _Nullable *_Nonnull out);
  int (*_Nonnull sigmoid)(ct_tensor _Nonnull x, ct_tensor _Nullable *_Nonnull out);

  // Sums over all processes (see `set_summation`) of as many tensors of one value; the tensors
  // themselves where this one works alone. What is computed from the sums is the same on all
  // processes, so its gradient goes back unchanged to each.
  int (*_Nonnull sums_of_all)(const ct_tensor _Nonnull *_Nonnull tensors, int count,
                              ct_tensor _Nullable *_Nonnull outs);

  // Layers. `spatial` is 2 for (N, C, H, W) and 3 for (N, C, D, H, W).
  int (*_Nonnull convolution)(ct_tensor _Nonnull x, ct_tensor _Nonnull weight,
                              ct_tensor _Nullable bias, int spatial, int stride, int padding,
                              int transposed, ct_tensor _Nullable *_Nonnull out);
  // In training mean and variance are those of the whole batch (see `set_summation`).
  int (*_Nonnull batch_norm)(ct_tensor _Nonnull x, ct_tensor _Nonnull weight,
                             ct_tensor _Nonnull bias, ct_tensor _Nonnull running_mean,
                             ct_tensor _Nonnull running_variance, int training, double momentum,
                             double epsilon, ct_tensor _Nullable *_Nonnull out);
  int (*_Nonnull leaky_relu_)(ct_tensor _Nonnull x, double slope);
  int (*_Nonnull max_pool)(ct_tensor _Nonnull x, int spatial, int width,
                           ct_tensor _Nullable *_Nonnull out);
  int (*_Nonnull cat)(const ct_tensor _Nonnull *_Nonnull tensors, int count, int dimension,
                      ct_tensor _Nullable *_Nonnull out);
  // Sum over all elements of weight times binary cross-entropy of sigmoid(logits) and target.
  int (*_Nonnull bce_with_logits_sum)(ct_tensor _Nonnull logits, ct_tensor _Nonnull targets,
                                      ct_tensor _Nonnull weights,
                                      ct_tensor _Nullable *_Nonnull out);

  // Gradients.
  int (*_Nonnull set_requires_gradient)(ct_tensor _Nonnull x, int enabled);
  int (*_Nonnull backward)(ct_tensor _Nonnull loss);
  int (*_Nonnull gradient)(ct_tensor _Nonnull x, ct_tensor _Nullable *_Nonnull out);
  // All gradients one after the other, `total` values; and back.
  int (*_Nonnull gradients_to_floats)(const ct_tensor _Nonnull *_Nonnull tensors, int count,
                                      float *_Nonnull values, int64_t total);
  int (*_Nonnull gradients_from_floats)(const ct_tensor _Nonnull *_Nonnull tensors, int count,
                                        const float *_Nonnull values, int64_t total);
  int (*_Nonnull clear_gradients)(const ct_tensor _Nonnull *_Nonnull tensors, int count);

  // Optimisation, over lists of tensors.
  // Euclidean norm of all gradients together; they are scaled down where it exceeds `limit`.
  int (*_Nonnull clip_gradients)(const ct_tensor _Nonnull *_Nonnull parameters, int count,
                                 double limit, double *_Nonnull norm);
  // One step of AdamW; `step` counts from 1.
  int (*_Nonnull adamw_)(const ct_tensor _Nonnull *_Nonnull parameters,
                         const ct_tensor _Nonnull *_Nonnull means,
                         const ct_tensor _Nonnull *_Nonnull squares, int count, int64_t step,
                         double rate, double beta1, double beta2, double decay, double epsilon);
  // x <- x + share (target - x) for each pair.
  int (*_Nonnull lerp_)(const ct_tensor _Nonnull *_Nonnull tensors,
                        const ct_tensor _Nonnull *_Nonnull targets, int count, double share);
} ct_api;

// Opens libtorch in `folder` and the plugin, for the whole life of the process.
// Returns null and fills `api`, or a message (valid until this thread's next call).
const char *_Nullable ct_open(const char *_Nonnull folder, const char *_Nonnull plugin,
                              const ct_api *_Nullable *_Nonnull api);

#ifdef __cplusplus
}
#endif
