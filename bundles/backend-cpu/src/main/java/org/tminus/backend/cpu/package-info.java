/**
 * Runs paths on processors with ONNX Runtime.
 *
 * <p>A session has two ways to run a path. The <em>chain</em> is one native graph for the stem, one for each layer and
 * one for each exit, opened when first needed and run one after the other; it serves step-by-step runs and paths that
 * are not prepared. A <em>compiled path</em> is one native graph for the whole path.
 *
 * <p>All native graphs of a session share the weights that lie in files: these are mapped, and what the library packs of them
 * for its matrix products is held once, though each graph that is opened packs anew. Under a bound
 * they are read where they lie, and leave memory when others need the room.
 *
 * <p>Who owns and closes native memory:
 * <ul>
 *   <li>Shared weights are held by the chain and by each native graph, and freed by the last of them.
 *   <li>Native graphs belong to their session. The chain and every compiled path are counted references: the session
 *       holds one, each run in flight another, and the last one that goes frees the memory. So closing a session, or
 *       evicting a compiled path, while runs are in flight is safe; it takes effect when they end.
 *   <li>A step-by-step run owns the hidden state and the side values, and frees them in {@code close}. Inputs are read
 *       in place where they are direct buffers; the run holds views of them until it is closed, and no longer.
 *   <li>Outputs are copied once into memory of the Java heap, or written by the native library into the caller's
 *       destination; tensors that callers receive hold no native memory.
 *   <li>The environment and its thread pool belong to the ONNX Runtime bundle and are never closed here.
 * </ul>
 */
@NullMarked
package org.tminus.backend.cpu;

import org.jspecify.annotations.NullMarked;
