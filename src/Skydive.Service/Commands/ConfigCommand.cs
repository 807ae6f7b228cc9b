using System.CommandLine;
using Skydive.Contracts;
using Skydive.Contracts.Configuration;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Services;
using Skydive.Service.Configuration;
using Skydive.Service.Hosting;
using Spectre.Console;

namespace Skydive.Service.Commands;

/// <summary>
/// <c>skydive config …</c>: shows settings, checks, changes and makes configuration files. Exit code 0 when all is well, 70 when a file cannot be
/// read or written, 78 when something is not valid.
/// </summary>
internal static class ConfigCommand
{
    private const int WideTerminal = 160;

    private static readonly IReadOnlyDictionary<string, string> s_noEnvironment = new Dictionary<string, string>();

    public static Command Create() => new("config", "Shows settings, checks, changes and makes configuration files.") { List(), Get(), Test(), Set(), New() };

    private static Command List()
    {
        var files = FilesOption();
        var format = CommandSettings.FormatOption("table", "json");
        var source = new Option<string>("--source")
        {
            Description = "Which: effective (all, with the environment), file (those that files set) or default (all, as if nothing were set).",
            DefaultValueFactory = static _ => "effective",
        };
        source.AcceptOnlyFromAmong("effective", "file", "default");
        var command = new Command("list", "Prints every setting with its value, default, type, source and meaning.") { files, source, format };
        command.SetAction(result => Guard(result, format, output =>
        {
            string chosen = result.GetValue(source)!;
            var configuration = Read(result, chosen == "default" ? null : result.GetValue(files) ?? [], chosen == "effective", out int code);
            IReadOnlyList<ConfigurationSetting> settings =
                [.. configuration.List().Where(setting => chosen != "file" || setting.Source != ConfigurationSetting.DefaultSource)];
            if (result.GetValue(format) == "json")
            {
                output.Write(settings, ContractsJsonContext.Default.IReadOnlyListConfigurationSetting);
                return code;
            }

            // A file or a pipe gets a setting on a line; a narrow terminal does without the meaning.
            output.KeepRowsWhole();
            string[] columns = ["Key", "Value", "Default", "Type", "Source", "Description"];
            int count = output.Console.Profile.Width < WideTerminal ? columns.Length - 1 : columns.Length;
            var table = ItemTable.Make(columns[..count]);
            foreach (var setting in settings)
            {
                string[] cells =
                [
                    setting.Key,
                    SettingValue.ToText(setting.Value, setting.Type),
                    SettingValue.ToText(setting.Default, setting.Type),
                    setting.Type,
                    setting.Source,
                    setting.Description,
                ];
                ItemTable.AddRow(table, cells[..count]);
            }

            output.Console.Write(table);
            return code;
        }));
        return command;
    }

    private static Command Get()
    {
        var key = new Argument<string>("key") { Description = "The key." };
        var files = FilesOption();
        var format = CommandSettings.FormatOption("text", "json");
        var command = new Command("get", "Prints the value of a setting: what files and environment set, or the default. Elements of lists stand on a line each.") { key, files, format };
        command.SetAction(result => Guard(result, format, output =>
        {
            string name = result.GetValue(key)!;
            ConfigurationEditor.FindDefinition(name);
            var setting = Read(result, result.GetValue(files) ?? [], withEnvironment: true, out int code).Describe(name)!;
            if (result.GetValue(format) == "json")
            {
                output.Write([setting], ContractsJsonContext.Default.IReadOnlyListConfigurationSetting);
            }
            else if (setting.Type == nameof(SettingType.TextList))
            {
                foreach (var element in setting.Value.Elements)
                {
                    result.InvocationConfiguration.Output.WriteLine(element.ToString());
                }
            }
            else if (!setting.Value.IsNull)
            {
                result.InvocationConfiguration.Output.WriteLine(SettingValue.ToText(setting.Value, setting.Type));
            }

            return code;
        }));
        return command;
    }

    private static Command Test()
    {
        var files = new Argument<string[]>("file") { Description = $"The files, as the service would read them together; {ServiceOptions.DefaultFile} when none is given.", Arity = ArgumentArity.ZeroOrMore };
        var role = CommandSettings.RoleOption("For which role:");
        var environment = new Option<bool>("--environment") { Description = "Reads the environment, too, as a start would." };
        var format = CommandSettings.FormatOption("text", "json");
        var command = new Command("test", "Tells all that is wrong with configuration files, with line and column. Exit code 78 when there are errors.") { files, role, environment, format };
        command.SetAction(result => Guard(result, format, output =>
        {
            string[] paths = result.GetValue(files) is { Length: > 0 } given ? given : [ServiceOptions.DefaultFile];
            ServiceOptions.Load(CommandSettings.Roles[result.GetValue(role)!], paths, result.GetValue(environment) ? CommandSettings.Environment : s_noEnvironment, out var problems);
            if (result.GetValue(format) == "json")
            {
                output.Write([.. problems.Select(static problem => problem.ToDiagnostic())], ContractsJsonContext.Default.IReadOnlyListConfigurationDiagnostic);
            }
            else
            {
                foreach (var problem in problems)
                {
                    result.InvocationConfiguration.Output.WriteLine(problem.ToString());
                }
            }

            return problems.Any(static problem => problem.IsError) ? CommandSettings.ConfigurationError : 0;
        }));
        return command;
    }

    private static Command Set()
    {
        var key = new Argument<string>("key") { Description = "The key." };
        var values = new Argument<string[]>("value") { Description = "The value; for a list its elements, none to empty it. Those that begin with - stand after --.", Arity = ArgumentArity.ZeroOrMore };
        var file = new Option<string>("--conf", "-c") { Description = "The configuration file.", DefaultValueFactory = static _ => ServiceOptions.DefaultFile };
        var fromInput = new Option<bool>("--from-input") { Description = "Reads the value from standard input, an element a line: for secrets, which others could see in the list of processes." };
        var force = new Option<bool>("--force") { Description = "Writes the file though the service would not start with it as it is then: for changes that take several steps." };
        var format = CommandSettings.FormatOption("text", "json");
        var command = new Command("set", "Sets a setting in a configuration file. Comments, order and layout stay; a value that is not valid is refused, and nothing is written.") { key, values, file, fromInput, force, format };
        command.SetAction(result => Guard(result, format, output =>
        {
            string path = result.GetValue(file)!;
            string name = result.GetValue(key)!;
            var (text, hasMark) = ConfigurationFile.Read(path);
            string[] value = !result.GetValue(fromInput) ? result.GetValue(values) ?? []
                : Console.In.ReadToEnd() is { Length: > 0 } lines ? lines.TrimEnd('\n').Split('\n').Select(static line => line.TrimEnd('\r')).ToArray() : [];
            string edited = ConfigurationEditor.Set(text, name, value);
            var problems = Check(path, text, edited);
            if (problems.Any(static problem => problem.IsError) && !result.GetValue(force))
            {
                throw new ConfigurationEditException(string.Join("; ", problems.Where(static problem => problem.IsError).Select(static problem => problem.Message)));
            }

            foreach (var problem in problems)
            {
                result.InvocationConfiguration.Error.WriteLine(problem.ToString());
            }

            if (edited != text)
            {
                ConfigurationFile.Write(path, edited, hasMark);
            }

            if (result.GetValue(format) == "json")
            {
                var loader = new ConfigurationLoader();
                loader.AddText(path, edited);
                output.Write([new ServiceConfiguration(loader.Settings).Describe(name)!], ContractsJsonContext.Default.IReadOnlyListConfigurationSetting);
            }

            return 0;
        }));
        return command;
    }

    private static Command New()
    {
        var file = new Argument<string>("file") { Description = "The file; - for standard output." };
        var role = CommandSettings.RoleOption("For which role:");
        var force = new Option<bool>("--force") { Description = "Replaces a file that is there." };
        var format = CommandSettings.FormatOption("text", "json");
        var command = new Command("new", "Writes a configuration file that shows every setting with its default, commented out.") { file, role, force, format };
        command.SetAction(result => Guard(result, format, _ =>
        {
            string path = result.GetValue(file)!;
            string text = ConfigurationTemplate.Make(CommandSettings.Roles[result.GetValue(role)!]);
            if (path == "-")
            {
                result.InvocationConfiguration.Output.Write(text);
                return 0;
            }

            if (File.Exists(path) && !result.GetValue(force))
            {
                throw new CommandException("FileExists", $"{path} is there already", "--force replaces it.");
            }

            ConfigurationFile.Write(path, text, hasMark: false);
            return 0;
        }));
        return command;
    }

    private static Option<string[]> FilesOption() =>
        new("--conf", "-c") { Description = $"A configuration file; may be repeated. Default: {ServiceOptions.DefaultFile} if it exists." };

    /// <summary>Reads settings and tells what is wrong with them on standard error.</summary>
    private static ServiceConfiguration Read(ParseResult result, string[]? files, bool withEnvironment, out int code)
    {
        var loader = files is null ? new() : ServiceOptions.ReadSettings(files, withEnvironment ? CommandSettings.Environment : s_noEnvironment);
        foreach (var problem in loader.Problems)
        {
            result.InvocationConfiguration.Error.WriteLine(problem.ToString());
        }

        code = loader.Problems.Any(static problem => problem.IsError) ? CommandSettings.ConfigurationError : 0;
        return new(loader.Settings);
    }

    /// <summary>What a change makes wrong that was not before, for whatever role the file is.</summary>
    private static List<ConfigurationProblem> Check(string path, string before, string after)
    {
        var old = CommandSettings.Roles.Values.SelectMany(role => Problems(role, before)).Select(static problem => problem.Message).ToHashSet(StringComparer.Ordinal);
        return [.. CommandSettings.Roles.Values.SelectMany(role => Problems(role, after)).Where(problem => !old.Contains(problem.Message)).DistinctBy(static problem => problem.Message)];

        IReadOnlyList<ConfigurationProblem> Problems(Role role, string text)
        {
            ServiceOptions.LoadText(role, path, text, out var problems);
            return problems;
        }
    }

    private static int Guard(ParseResult result, Option<string> format, Func<CommandOutput, int> body)
    {
        try
        {
            return body(new(result.InvocationConfiguration.Output));
        }
        catch (ConfigurationEditException e)
        {
            CommandFault.Tell(result, format, new() { Code = e.Message.StartsWith("unknown key", StringComparison.Ordinal) ? "SettingNotFound" : "InvalidSetting", Message = e.Message });
            return CommandSettings.ConfigurationError;
        }
        catch (CommandException e)
        {
            CommandFault.Tell(result, format, e.Error);
            return e.ExitCode;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string code = e is FileNotFoundException or DirectoryNotFoundException ? "FileNotFound" : "FileUnreadable";
            CommandFault.Tell(result, format, new() { Code = code, Message = e.Message, Advice = code == "FileNotFound" ? "skydive config new makes one." : null });
            return CommandSettings.Unusable;
        }
    }
}
