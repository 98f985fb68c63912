/** The operators, on float32 and int64 arrays in row-major order. */
package com.example.tminus.javabackend.operators;
