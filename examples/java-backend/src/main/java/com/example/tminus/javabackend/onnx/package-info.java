/** Reads ONNX files: graphs of operators, and their weights. */
package com.example.tminus.javabackend.onnx;
