namespace Skydive.Client.Gremlin;

/// <summary>Conditions on metadata, such as <c>Metadata('Type', 'veth')</c>, which <c>ShortestPathTo</c> takes for its ends and edges. Immutable.</summary>
public sealed class GremlinConditions
{
    private readonly string _text;

    /// <summary>Makes a condition.</summary>
    /// <param name="key">A metadata key, with dots for nested ones, or a pseudo field such as <c>@ID</c>.</param>
    /// <param name="value">The value or predicate; see <see cref="GremlinLiteral.Format"/>.</param>
    public GremlinConditions(string key, object value) => _text = $"Metadata({GremlinLiteral.Format(key)}, {GremlinLiteral.Format(value)})";

    /// <summary>The conditions as Gremlin.</summary>
    public override string ToString() => _text;
}
