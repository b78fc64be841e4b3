import RealModule

/// Text as it may stand in HTML, between tags and in quoted attributes.
func escaped(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    default: result.append(character)
    }
  }
  return result
}

/// A number to four significant digits, thousands set apart by a narrow space; a dash for NaN.
///
/// The same on every machine: no locale is asked.
func shown(_ value: Double, significantDigits: Int = 4) -> String {
  guard value.isFinite else { return "–" }
  guard value != 0 else { return "0" }
  let magnitude = Int(Double.log10(abs(value)).rounded(.down))
  let decimals = min(max(significantDigits - 1 - magnitude, 0), 6)
  let scale = Double.pow(10, decimals)
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 9e15 else { return "\(value)" }
  let sign = value < 0 && scaled != 0 ? "−" : ""
  let digits = Int(scaled)
  let divisor = Int(scale)
  let whole = grouped(digits / divisor)
  guard 0 < decimals else { return sign + whole }
  let fraction = String(digits % divisor)
  var padded = String(repeating: "0", count: decimals - fraction.count) + fraction
  while padded.hasSuffix("0") { padded.removeLast() }
  return sign + whole + (padded.isEmpty ? "" : "." + padded)
}

/// A whole number with its thousands set apart.
func shown(_ value: Int) -> String { (value < 0 ? "−" : "") + grouped(abs(value)) }

/// A share as a percentage.
func percent(_ share: Double) -> String {
  guard share.isFinite else { return "–" }
  if 0 < share && share < 0.001 { return "< 0.1 %" }
  return shown(share * 100, significantDigits: share < 0.1 ? 2 : 3) + " %"
}

private func grouped(_ value: Int) -> String {
  let digits = String(value)
  guard 4 < digits.count else { return digits }
  var result = ""
  for (index, digit) in digits.enumerated() {
    if 0 < index && (digits.count - index).isMultiple(of: 3) { result += "\u{202F}" }
    result.append(digit)
  }
  return result
}
