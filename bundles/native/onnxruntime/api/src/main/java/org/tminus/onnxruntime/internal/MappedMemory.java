/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime.internal;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Memory that is mapped from files. Thread-safe. */
final class MappedMemory {
    private static final Logger LOG = LoggerFactory.getLogger(MappedMemory.class);
    private static final int DONT_NEED = 4;

    private final @Nullable Function advise;
    private final long pageBytes;

    private MappedMemory(@Nullable Function advise, long pageBytes) {
        this.advise = advise;
        this.pageBytes = pageBytes;
    }

    /**
     * What the system offers. To be made once, and by no bundle that comes and goes: JNA looks after the libraries that it
     * opens with a thread, which keeps the class loaders of whoever opened the first.
     */
    static MappedMemory ofSystem() {
        try {
            if (Platform.isLinux()) {
                NativeLibrary process = NativeLibrary.getProcess();
                long page = process.getFunction("getpagesize").invokeInt(new Object[0]);
                return new MappedMemory(process.getFunction("madvise"), page);
            }
        } catch (LinkageError e) {
            LOG.debug("Mapped memory stays where it is", e);
        }
        return new MappedMemory(null, 1);
    }

    /**
     * Takes the pages wholly inside the buffer out of this process, on Linux; whoever reads them again gets them from the
     * file.
     */
    void unload(ByteBuffer mapped) {
        Function function = advise;
        if (function != null) {
            long start = Pointer.nativeValue(Native.getDirectBufferPointer(mapped));
            long from = (start + pageBytes - 1) / pageBytes * pageBytes;
            long to = (start + mapped.capacity()) / pageBytes * pageBytes;
            if (to > from) {
                function.invokeInt(new Object[] {new Pointer(from), to - from, DONT_NEED});
            }
        }
    }
}
