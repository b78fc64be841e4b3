#pragma once
#include <suitesparse/cholmod.h>

// The four dense kernels that the selected inverse needs, as the Fortran libraries of CHOLMOD itself
// export them: all arguments by address, matrices by column.
void dgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k,
            const double *alpha, const double *a, const int *lda, const double *b, const int *ldb,
            const double *beta, double *c, const int *ldc);
void dsymm_(const char *side, const char *uplo, const int *m, const int *n, const double *alpha,
            const double *a, const int *lda, const double *b, const int *ldb, const double *beta,
            double *c, const int *ldc);
void dtrsm_(const char *side, const char *uplo, const char *transa, const char *diag, const int *m,
            const int *n, const double *alpha, const double *a, const int *lda, double *b,
            const int *ldb);
void dpotri_(const char *uplo, const int *n, double *a, const int *lda, int *info);
