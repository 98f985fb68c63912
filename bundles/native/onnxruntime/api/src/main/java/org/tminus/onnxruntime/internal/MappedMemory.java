/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime.internal;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Memory that is mapped from files, on Linux. */
final class MappedMemory {
    private static final Logger LOG = LoggerFactory.getLogger(MappedMemory.class);
    private static final int DONT_NEED = 4;

    private MappedMemory() {}

    /** Takes the pages wholly inside the buffer out of this process; whoever reads them again gets them from the file. */
    static void unload(ByteBuffer mapped) {
        try {
            if (Platform.isLinux()) {
                long start = Pointer.nativeValue(Native.getDirectBufferPointer(mapped));
                NativeLibrary system = NativeLibrary.getInstance(Platform.C_LIBRARY_NAME);
                long page = system.getFunction("getpagesize").invokeInt(new Object[0]);
                long from = (start + page - 1) / page * page;
                long to = (start + mapped.capacity()) / page * page;
                if (to > from) {
                    system.getFunction("madvise").invokeInt(new Object[] {new Pointer(from), to - from, DONT_NEED});
                }
            }
        } catch (LinkageError e) {
            LOG.debug("Mapped memory stays where it is", e);
        }
    }
}
