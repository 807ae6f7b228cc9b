namespace Skydive.Analyzer.Access;

/// <summary>
/// Who may do what, in the lines of Skydive's policies: <c>p, subject, object, action, effect</c> allows or denies something to a user or a group,
/// <c>g, member, group</c> puts a user or group into a group. What one line denies no other line allows; what no line allows is denied. Immutable.
/// </summary>
public sealed class AccessPolicy
{
    /// <summary>Group that may do everything.</summary>
    public const string Admin = "admin";

    /// <summary>Group that may look at topology and flows, but not at packets, captures or settings, and change nothing.</summary>
    public const string Guest = "guest";

    /// <summary>Group of agents, which may report to the analyzer and nothing else.</summary>
    public const string Agent = "agent";

    private static readonly AccessRule[] s_builtIn =
    [
        .. Permission.All.Select(static permission => new AccessRule(Admin, permission.Object, permission.Action, true)),
        new(Guest, "status", "read", true),
        new(Guest, "topology", "read", true),
        new(Guest, Permission.WebSocket, "/ws/subscriber", true),
        new(Agent, Permission.WebSocket, "/ws/agent/topology", true),
        new(Agent, Permission.WebSocket, "/ws/agent/flow", true),
    ];

    private readonly ILookup<string, AccessRule> _rules;
    private readonly ILookup<string, string> _groups;

    private AccessPolicy(IEnumerable<AccessRule> rules, IEnumerable<(string Member, string Group)> groups)
    {
        _rules = rules.ToLookup(static rule => rule.Subject, StringComparer.Ordinal);
        _groups = groups.ToLookup(static pair => pair.Member, static pair => pair.Group, StringComparer.Ordinal);
    }

    /// <summary>The groups that exist without a line, and what they may do.</summary>
    public static AccessPolicy BuiltIn { get; } = new(s_builtIn, []);

    /// <summary>The built-in groups with further lines.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="problems">What is wrong with them; such lines are left out.</param>
    public static AccessPolicy Parse(IEnumerable<string> lines, out IReadOnlyList<AccessProblem> problems)
    {
        var rules = new List<AccessRule>(s_builtIn);
        var groups = new List<(string, string)>();
        var found = new List<AccessProblem>();
        foreach (string line in lines)
        {
            string[] parts = line.Split(',', StringSplitOptions.TrimEntries);
            switch (parts)
            {
                case ["p", { Length: > 0 } subject, { Length: > 0 } target, { Length: > 0 } action, "allow" or "deny"]:
                    var rule = new AccessRule(subject, target, action, parts[4] == "allow");
                    rules.Add(rule);
                    if (!Permission.All.Any(rule.Covers))
                    {
                        found.Add(new(false, $"'{line}': there is no permission {target} {action}; there are {string.Join(", ", Permission.All)}"));
                    }

                    break;
                case ["g", { Length: > 0 } member, { Length: > 0 } group]:
                    groups.Add((member, group));
                    break;
                default:
                    found.Add(new(true, $"'{line}' is not valid: expected 'p, subject, object, action, allow' (or deny), or 'g, user, group'"));
                    break;
            }
        }

        problems = found;
        return new(rules, groups);
    }

    /// <summary>Whether lines put a user into a group.</summary>
    /// <param name="user">The user.</param>
    public bool HasGroups(string user) => _groups.Contains(user);

    /// <summary>Whether a group is known: it is built in, or a line allows or denies it something.</summary>
    /// <param name="group">The group.</param>
    public bool IsGroup(string group) => _rules.Contains(group) || _groups.Contains(group);

    /// <summary>Whether a user may do something.</summary>
    /// <param name="user">The user.</param>
    /// <param name="groups">Groups that he is in besides those of the policy.</param>
    /// <param name="permission">What he would do.</param>
    public bool IsAllowed(string user, IEnumerable<string> groups, Permission permission)
    {
        bool isAllowed = false;
        foreach (string subject in SubjectsOf(user, groups))
        {
            foreach (var rule in _rules[subject])
            {
                if (!rule.Covers(permission))
                {
                    continue;
                }

                if (!rule.IsAllowed)
                {
                    return false;
                }

                isAllowed = true;
            }
        }

        return isAllowed;
    }

    private HashSet<string> SubjectsOf(string user, IEnumerable<string> groups)
    {
        var subjects = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Stack<string>([user, .. groups]);
        while (waiting.TryPop(out string? subject))
        {
            if (subjects.Add(subject))
            {
                foreach (string group in _groups[subject])
                {
                    waiting.Push(group);
                }
            }
        }

        return subjects;
    }
}
