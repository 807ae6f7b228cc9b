using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Completion;

/// <summary>A part of a query that is not finished yet at the place of the cursor: steps, or an argument list.</summary>
internal sealed class OpenFrame
{
    /// <summary>Begins steps.</summary>
    public OpenFrame()
    {
    }

    /// <summary>Begins an argument list.</summary>
    /// <param name="name">What it belongs to.</param>
    public OpenFrame(Token name) => Name = name;

    /// <summary>What an argument list belongs to; null for steps.</summary>
    public Token? Name { get; }

    /// <summary>The steps that are finished.</summary>
    public List<StepSyntax> Steps { get; } = [];

    /// <summary>The arguments that are finished.</summary>
    public List<ArgumentSyntax> Arguments { get; } = [];

    /// <summary>Whether an argument was finished and no comma follows yet.</summary>
    public bool IsAfterArgument { get; set; }
}
