/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package ai.onnxruntime;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import java.lang.reflect.Constructor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What ONNX Runtime's C interface has and its Java interface lacks: one arena for all sessions, and packed weights that
 * all sessions share. For this bundle alone; it is in the library's package because handles are visible only there.
 * Functions are called by their place in the table {@code OrtApi}, to which the library only ever appends.
 *
 * <p>Handles are received in buffers of Java's own: JNA's {@code Memory} starts a thread that keeps the class loaders of
 * whoever called first.
 */
public final class CInterface {
    private static final int GET_ERROR_MESSAGE = 2;
    private static final int CREATE_CPU_MEMORY_INFO = 69;
    private static final int RELEASE_STATUS = 93;
    private static final int RELEASE_MEMORY_INFO = 94;
    private static final int CREATE_AND_REGISTER_ALLOCATOR = 144;
    private static final int CREATE_PREPACKED_WEIGHTS_CONTAINER = 166;
    private static final int RELEASE_PREPACKED_WEIGHTS_CONTAINER = 167;
    private static final int CREATE_SESSION_FROM_ARRAY_WITH_PREPACKED_WEIGHTS_CONTAINER = 169;

    /** {@code OrtArenaAllocator} and {@code OrtMemTypeDefault}. */
    private static final int ARENA = 1;

    private static final int DEFAULT_MEMORY = 0;

    private CInterface() {}

    /**
     * Gives the environment an arena of its own, for sessions with the entry {@code session.use_env_allocators}.
     *
     * @throws OrtException if the environment has one already, or the library cannot make it
     */
    public static void shareArena(OrtEnvironment environment) throws OrtException {
        ByteBuffer place = place();
        call(CREATE_CPU_MEMORY_INFO, ARENA, DEFAULT_MEMORY, place);
        Pointer info = pointer(place);
        try {
            call(CREATE_AND_REGISTER_ALLOCATOR, new Pointer(environment.getNativeHandle()), info, Pointer.NULL);
        } finally {
            function(RELEASE_MEMORY_INFO).invokeVoid(new Object[] {info});
        }
    }

    /** @return a new container of packed weights; to be released after all sessions that were made with it */
    public static long newPackedWeights() throws OrtException {
        ByteBuffer place = place();
        call(CREATE_PREPACKED_WEIGHTS_CONTAINER, place);
        return Pointer.nativeValue(pointer(place));
    }

    public static void releasePackedWeights(long container) {
        function(RELEASE_PREPACKED_WEIGHTS_CONTAINER).invokeVoid(new Object[] {new Pointer(container)});
    }

    /**
     * A session that keeps packed in the container what it packs of the options' initializers, and uses what is there.
     *
     * @param graph an ONNX file
     */
    public static OrtSession newSession(
            OrtEnvironment environment, byte[] graph, OrtSession.SessionOptions options, long container)
            throws OrtException {
        ByteBuffer place = place();
        call(
                CREATE_SESSION_FROM_ARRAY_WITH_PREPACKED_WEIGHTS_CONTAINER,
                new Pointer(environment.getNativeHandle()),
                graph,
                (long) graph.length,
                new Pointer(options.getNativeHandle()),
                new Pointer(container),
                place);
        try {
            Constructor<OrtSession> constructor =
                    OrtSession.class.getDeclaredConstructor(long.class, OrtAllocator.class);
            constructor.setAccessible(true);
            return constructor.newInstance(Pointer.nativeValue(pointer(place)), environment.defaultAllocator);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "The library's class OrtSession is another than this bundle was made for", e);
        }
    }

    /** Room for a handle that a function gives. */
    private static ByteBuffer place() {
        return ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    }

    private static Pointer pointer(ByteBuffer place) {
        return new Pointer(place.getLong(0));
    }

    private static Function function(int number) {
        return Function.getFunction(new Pointer(OnnxRuntime.ortApiHandle).getPointer((long) number * Long.BYTES));
    }

    private static void call(int number, Object... arguments) throws OrtException {
        Pointer status = (Pointer) function(number).invoke(Pointer.class, arguments);
        if (status != null) {
            String message = (String) function(GET_ERROR_MESSAGE).invoke(String.class, new Object[] {status});
            function(RELEASE_STATUS).invokeVoid(new Object[] {status});
            throw new OrtException(message);
        }
    }
}
