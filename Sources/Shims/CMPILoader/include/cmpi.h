// The door to MPI: a table of C functions, filled in by a plugin that the program opens at run time.
// The package itself needs no MPI, neither to build nor to run alone.
//
//   plugin/cmpi.c     sees mpi.h, compiled by Scripts/install-mpi.sh with the site's own compiler
//   loader.c          opens the plugin and hands out the table
//   Engine/Collective the only Swift module that calls the table
//
// No MPI type appears here: handles and constants differ between MPI libraries. Every function that
// returns an int returns 0 where it went well; the text of an error waits in `last_error`.
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
#define CM_LAYOUT 1

// All are collective over all ranks, called in one order by all; by one thread at a time.
typedef struct cm_api {
  int32_t layout; // CM_LAYOUT of the plugin

  const char *_Nonnull (*_Nonnull last_error)(void);
  // Joins the ranks that the launcher started; to be called once.
  int (*_Nonnull start)(void);
  // Name and version of the MPI library.
  const char *_Nonnull (*_Nonnull library)(void);
  int (*_Nonnull rank)(void);
  int (*_Nonnull size)(void);
  // The same among the ranks that share this machine's memory.
  int (*_Nonnull rank_on_node)(void);
  int (*_Nonnull size_on_node)(void);
  // Adds up over all ranks, in place.
  int (*_Nonnull sum_floats)(float *_Nonnull values, int64_t count);
  int (*_Nonnull sum_doubles)(double *_Nonnull values, int64_t count);
  // Gives the first rank's bytes to all. Waits without using the processor.
  int (*_Nonnull broadcast)(void *_Nonnull bytes, int64_t count);
  // Waits for all, without using the processor.
  int (*_Nonnull barrier)(void);
  // Leaves the other ranks; nothing may be called after it.
  int (*_Nonnull finish)(void);
  // Ends all ranks at once.
  void (*_Nonnull end_all)(int status);
} cm_api;

// Opens the plugin, for the whole life of the process.
// Returns null and fills `api`, or a message (valid until this thread's next call).
const char *_Nullable cm_open(const char *_Nonnull plugin,
                              const cm_api *_Nullable *_Nonnull api);

#ifdef __cplusplus
}
#endif
