namespace Skydive.Gremlin.Syntax;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    /// <summary>The end of the text.</summary>
    End,

    /// <summary>A name: letters, digits, underscores, not beginning with a digit.</summary>
    Name,

    /// <summary>Text in quotes.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A full stop.</summary>
    Dot,

    /// <summary>A comma.</summary>
    Comma,

    /// <summary>An opening parenthesis.</summary>
    LeftParenthesis,

    /// <summary>A closing parenthesis.</summary>
    RightParenthesis,
}
