namespace Skydive.Analyzer.Access;

/// <summary>One line of a policy.</summary>
/// <param name="Subject">A user or a group.</param>
/// <param name="Object">The object; <c>*</c> for each.</param>
/// <param name="Action">The action; <c>*</c> for each.</param>
/// <param name="IsAllowed">Whether it allows or denies.</param>
internal sealed record AccessRule(string Subject, string Object, string Action, bool IsAllowed)
{
    public const string Any = "*";

    public bool Covers(Permission permission) => (Object == Any || Object == permission.Object) && (Action == Any || Action == permission.Action);
}
