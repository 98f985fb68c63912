package ${package};

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.TensorSpec;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.PredictionContext;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Tensor;

/** Calls inputs with a small mean easy, and others hard. */
@Component(property = ComplexityPredictor.NAME + "=${pluginName}")
public final class MyPredictor implements ComplexityPredictor {
    @Override
    public boolean supports(AdaptiveModel model) {
        return model.predictor().isPresent()
                && model.signature().inputs().size() == 1
                && model.signature().inputs().get(0).elementType().equals(ElementType.FLOAT32);
    }

    /** One addition for each number of a row. */
    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return model.signature().inputs().get(0).dimensions().stream()
                .filter(size -> size != TensorSpec.ANY)
                .reduce(1L, (left, right) -> left * right);
    }

    @Override
    public List<Complexity> predict(PredictionContext context) throws TminusException {
        FloatBuffer values = input(context).buffer().asFloatBuffer();
        int perRow = values.remaining() / context.rows();
        int classes = context.model().predictor().orElseThrow().classes().size();
        List<Complexity> judged = new ArrayList<>();
        for (int row = 0; row < context.rows(); row++) {
            float sum = 0;
            for (int index = 0; index < perRow; index++) {
                sum += values.get(row * perRow + index);
            }
            float[] probabilities = new float[classes];
            probabilities[sum / perRow < 0.1 ? 0 : classes - 1] = 1;
            judged.add(Complexity.ofProbabilities(probabilities));
        }
        return judged;
    }

    private Tensor input(PredictionContext context) throws TminusException {
        if (!supports(context.model())) {
            throw new InvalidRequestException(
                    "The model " + context.model() + " has no predictor, or another input than float32.",
                    "Use another predictor for it.");
        }
        TensorSpec spec = context.model().signature().inputs().get(0);
        Tensor tensor = context.inputs().get(spec.name());
        if (tensor == null
                || !tensor.elementType().equals(spec.elementType())
                || !spec.accepts(tensor.shape())
                || tensor.shape().dimension(0) != context.rows()) {
            throw new InvalidRequestException(
                    "Expected " + context.rows() + " rows of the input '" + spec.name() + "' as the signature says, found "
                            + context.inputs() + ".",
                    "Send the model's input.");
        }
        return tensor;
    }
}
