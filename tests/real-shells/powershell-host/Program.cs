// PowerShell's own engine behind as much of pwsh's command line as the tests use:
//   [-NoProfile] [-NonInteractive] (-File script.ps1 [argument…] | -Command text)
// The package lacks the modules with Invoke-Expression and Out-String, so both are added here.
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text;

Console.OutputEncoding = new UTF8Encoding(false);

var host = new Host();
var state = InitialSessionState.CreateDefault2();
state.Commands.Add(new SessionStateCmdletEntry("Invoke-Expression", typeof(InvokeExpressionCommand), null));
state.Commands.Add(new SessionStateCmdletEntry("Out-String", typeof(OutStringCommand), null));
using var runspace = RunspaceFactory.CreateRunspace(host, state);
runspace.Open();
using var shell = PowerShell.Create(runspace);

var rest = new Queue<string>(args.SkipWhile(argument => argument is "-NoProfile" or "-NonInteractive"));
if (!rest.TryDequeue(out var mode) || !rest.TryDequeue(out var script) || mode is not ("-File" or "-Command"))
{
    Console.Error.WriteLine("usage: powershell-host [-NoProfile] [-NonInteractive] (-File script.ps1 [argument…] | -Command text)");
    return 64;
}
try
{
    if (mode == "-File") AddFile(script, rest.ToArray());
    else shell.AddScript(script, useLocalScope: false);
    // As pwsh does: behind Out-Default a native program writes to the very stdout and stderr of this process.
    shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
    shell.AddCommand("Out-Default");
    shell.Invoke();
}
catch (RuntimeException exception)
{
    Console.Error.WriteLine($"{exception.ErrorRecord.FullyQualifiedErrorId}: {exception.Message}");
    return 1;
}
if (host.ExitCode is { } code) return code;
return mode == "-Command" && shell.HadErrors ? 1 : 0;

// As a block, because `exit` in a script that is called ends only that script.
void AddFile(string script, string[] arguments)
{
    var parsed = Parser.ParseFile(Path.GetFullPath(script), out _, out var errors);
    if (errors.Length > 0) throw new ParseException(errors);
    runspace.SessionStateProxy.SetVariable("powershellHostBlock", parsed.GetScriptBlock());
    runspace.SessionStateProxy.SetVariable("powershellHostArguments", arguments);
    shell.AddScript(". $powershellHostBlock @powershellHostArguments", useLocalScope: false);
}

[Cmdlet("Invoke", "Expression")]
public sealed class InvokeExpressionCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    public string Command { get; set; } = "";

    protected override void ProcessRecord() =>
        WriteObject(InvokeCommand.InvokeScript(false, ScriptBlock.Create(Command), null), enumerateCollection: true);
}

[Cmdlet("Out", "String")]
public sealed class OutStringCommand : PSCmdlet
{
    private readonly StringBuilder text = new();

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    protected override void ProcessRecord() => text.Append(InputObject).Append(Environment.NewLine);

    protected override void EndProcessing() => WriteObject(text.ToString());
}

sealed class Host : PSHost
{
    public int? ExitCode { get; private set; }
    public override PSHostUserInterface UI { get; } = new Interface();
    public override string Name => "powershell-host";
    public override Version Version => new(1, 0);
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
    public override void EnterNestedPrompt() => throw new NotSupportedException();
    public override void ExitNestedPrompt() => throw new NotSupportedException();
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
}

sealed class Interface : PSHostUserInterface
{
    public override PSHostRawUserInterface? RawUI => null;
    public override void Write(string value) => Console.Out.Write(value);
    public override void Write(ConsoleColor foreground, ConsoleColor background, string value) => Write(value);
    public override void WriteLine(string value) => Console.Out.WriteLine(value);
    public override void WriteErrorLine(string value) => Console.Error.WriteLine(value);
    public override void WriteWarningLine(string value) => Console.Error.WriteLine($"WARNING: {value}");
    public override void WriteVerboseLine(string value) => Console.Error.WriteLine($"VERBOSE: {value}");
    public override void WriteDebugLine(string value) => Console.Error.WriteLine($"DEBUG: {value}");
    public override void WriteProgress(long sourceId, ProgressRecord record) { }
    public override string ReadLine() => Console.ReadLine() ?? "";
    public override System.Security.SecureString ReadLineAsSecureString() => throw new NotSupportedException();
    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, System.Collections.ObjectModel.Collection<FieldDescription> descriptions) =>
        throw new NotSupportedException();
    public override int PromptForChoice(
        string caption, string message, System.Collections.ObjectModel.Collection<ChoiceDescription> choices, int defaultChoice) =>
        throw new NotSupportedException();
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw new NotSupportedException();
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName,
        PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw new NotSupportedException();
}
