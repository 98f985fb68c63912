/** A backend: sessions and runs over graphs that are evaluated operator by operator. */
package com.example.tminus.javabackend;
